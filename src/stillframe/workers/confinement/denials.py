"""Which system calls a sandboxed worker may not make.

Role: data, and the choice from it by a `Sandbox`; pure. Counterpart: `workers.confinement.seccomp`
writes it in the kernel's language.

Guarantees: what is left out here is allowed: a filter that named what is allowed would end a
worker for each new call that a new C library makes.
"""

import errno
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Final

from stillframe.contracts.sandbox import Sandbox, Sockets

# Reaching into other processes, and watching or slowing them.
_OTHERS: Final = (
    *("ptrace", "process_vm_readv", "process_vm_writev", "process_madvise", "process_mrelease"),
    *("kcmp", "pidfd_getfd", "pidfd_open", "perf_event_open", "migrate_pages", "move_pages"),
    *("rt_sigqueueinfo", "rt_tgsigqueueinfo", "tkill"),
    *("setpriority", "ioprio_set", "sched_setscheduler", "sched_setparam", "sched_setattr"),
    "sched_setaffinity",
)
# Memory and queues that all processes of a user share; no path and no ruleset guards them.
_SHARED: Final = (
    *("shmget", "shmat", "shmctl", "shmdt", "semget", "semop", "semtimedop", "semctl"),
    *("msgget", "msgsnd", "msgrcv", "msgctl", "mq_open", "mq_unlink"),
)
# The system itself. Most need the superuser, who may be the one who runs us.
_SYSTEM: Final = (
    *("mount", "umount2", "pivot_root", "chroot", "open_tree", "open_tree_attr", "move_mount"),
    *("fsopen", "fsconfig", "fsmount", "fspick", "mount_setattr", "swapon", "swapoff"),
    *("quotactl", "quotactl_fd", "name_to_handle_at", "open_by_handle_at", "fanotify_init"),
    *("setns", "unshare", "kexec_load", "kexec_file_load", "reboot", "acct", "syslog"),
    *("init_module", "finit_module", "delete_module", "uselib", "lookup_dcookie"),
    *("settimeofday", "clock_settime", "adjtimex", "clock_adjtime", "sethostname"),
    *("setdomainname", "vhangup", "iopl", "ioperm", "modify_ldt", "personality"),
)
# Doors into the kernel that no decoder needs, and through which much has been broken.
_DOORS: Final = (
    *("bpf", "userfaultfd", "io_uring_setup", "io_uring_enter", "io_uring_register"),
    *("add_key", "request_key", "keyctl", "memfd_secret"),
    # Memory that no limit of a process counts, for it need not be mapped.
    "memfd_create",
)
_RIGHTS: Final = (
    *("setuid", "setgid", "setreuid", "setregid", "setresuid", "setresgid", "setfsuid"),
    *("setfsgid", "setgroups", "capset", "setrlimit"),
)
# Landlock does not guard who owns a file, its mode, its times and its attributes.
_METADATA: Final = (
    *("chmod", "fchmod", "fchmodat", "fchmodat2", "chown", "fchown", "lchown", "fchownat"),
    *("utime", "utimes", "futimesat", "utimensat", "setxattr", "lsetxattr", "fsetxattr"),
    *("setxattrat", "removexattr", "lremovexattr", "fremovexattr", "removexattrat"),
    "file_setattr",
)
ALWAYS: Final = (*_OTHERS, *_SHARED, *_SYSTEM, *_DOORS, *_RIGHTS, *_METADATA)
# Landlock refuses these too; where the host has none, this is what holds.
WRITING: Final = (
    *("creat", "truncate", "mkdir", "mkdirat", "mknod", "mknodat", "rmdir", "unlink", "unlinkat"),
    *("rename", "renameat", "renameat2", "link", "linkat", "symlink", "symlinkat"),
)
STARTING: Final = ("fork", "vfork", "execve", "execveat", "pidfd_send_signal")
CONNECTING: Final = ("socket", "socketpair", "connect", "bind", "listen", "accept", "accept4")

# From the kernel's headers, where Python has no name for them or another on each system.
_CLONE_THREAD: Final = 0x00010000
_CLONE_NEW_NAMESPACES: Final = 0x7E020000
_O_WRITING: Final = 0x3 | 0x40 | 0x200 | 0x400000  # access mode, O_CREAT, O_TRUNC, O_TMPFILE
_F_SETOWN, _F_SETSIG, _F_SETOWN_EX = 8, 10, 15
_TIOCSTI, _TIOCLINUX, _FIOSETOWN, _SIOCSPGRP = 0x5412, 0x541C, 0x8901, 0x8902
_PR_SET_PDEATHSIG: Final = 1
_SOCK_TYPE_BITS: Final = 0xF
_SOCK_RAW, _SOCK_PACKET = 3, 10


class Must(Enum):
    """What is asked of an argument; a call that fails it is refused."""

    NO_BIT = "none of these bits"
    SOME_BIT = "one of these bits"
    ONE_OF = "one of these values"
    NONE_OF = "none of these values"
    NULL = "zero in all 64 bits"


@dataclass(frozen=True)
class Check:
    """A condition on one argument of a call; its low 32 bits are looked at, after `mask`."""

    argument: int
    test: Must
    values: tuple[int, ...] = ()
    mask: int = 0xFFFFFFFF


@dataclass(frozen=True)
class Denial:
    """A call that is refused, always or unless it passes every check."""

    name: str
    checks: tuple[Check, ...] = ()
    error: int = errno.EPERM


def denials(sandbox: Sandbox, pid: int) -> tuple[Denial, ...]:
    """Return what the process `pid` may not do in a sandbox."""
    return (
        *map(Denial, ALWAYS),
        # New limits; the old ones may be read. It reaches other processes, so it is refused whole.
        Denial("prlimit64", (Check(2, Must.NULL),)),
        # Not to outlive its parent was settled before; nothing else of this call is dangerous.
        Denial("prctl", (Check(0, Must.NONE_OF, (_PR_SET_PDEATHSIG,)),)),
        # A signal of choice to a process of choice, by way of a descriptor that is ready.
        Denial("fcntl", (Check(1, Must.NONE_OF, (_F_SETOWN, _F_SETSIG, _F_SETOWN_EX)),)),
        # The same, and typing into the terminal that somebody else reads.
        Denial("ioctl", (Check(1, Must.NONE_OF, (_TIOCSTI, _TIOCLINUX, _FIOSETOWN, _SIOCSPGRP)),)),
        # Its arguments lie in memory, where a filter cannot look; the C library then uses clone.
        Denial("clone3", error=errno.ENOSYS),
        *(_starting(pid) if not sandbox.execute else _children()),
        *(() if sandbox.write else _writing()),
        *_connecting(sandbox.sockets),
    )


def _starting(pid: int) -> Iterator[Denial]:
    """Nothing is started but threads, and signals go to nobody else; abort() must work."""
    yield from map(Denial, STARTING)
    checks = Check(0, Must.SOME_BIT, (_CLONE_THREAD,)), Check(0, Must.NO_BIT, _NAMESPACES)
    yield Denial("clone", checks)
    for name in ("kill", "tgkill"):
        yield Denial(name, (Check(0, Must.ONE_OF, (pid,)),))


def _children() -> Iterator[Denial]:
    """Programs may be started and ended; Landlock says which ones, and who may be signalled."""
    yield Denial("clone", (Check(0, Must.NO_BIT, _NAMESPACES),))


def _writing() -> Iterator[Denial]:
    yield from map(Denial, WRITING)
    yield Denial("open", (Check(1, Must.NO_BIT, (_O_WRITING,)),))
    yield Denial("openat", (Check(2, Must.NO_BIT, (_O_WRITING,)),))
    yield Denial("openat2", error=errno.ENOSYS)  # its arguments lie in memory


def _connecting(sockets: Sockets) -> Iterator[Denial]:
    match sockets:
        case Sockets.NONE:
            yield from map(Denial, CONNECTING)
        case Sockets.UNIX:
            for name in ("socket", "socketpair"):
                yield Denial(name, (Check(0, Must.ONE_OF, (socket.AF_UNIX,)),))
        case Sockets.ANY:
            families = (int(socket.AF_UNIX), int(socket.AF_INET), int(socket.AF_INET6))
            yield Denial(
                "socket",
                (
                    Check(0, Must.ONE_OF, families),
                    Check(1, Must.NONE_OF, (_SOCK_RAW, _SOCK_PACKET), _SOCK_TYPE_BITS),
                ),
            )


_NAMESPACES: Final = (_CLONE_NEW_NAMESPACES,)
