"""The kernel's calls that confine a process, as far as the standard library has none.

Role: the edge of `workers.confinement`: it passes bytes that others have made. Counterpart:
`landlock`, `seccomp` and `limits` decide what to pass; a test puts an older kernel in its place.

Guarantees: a call that fails raises `OSError` with the kernel's number; nothing is decided here.
"""

import ctypes
import os
import sys
from collections.abc import Sequence
from typing import Final

# The same on every architecture since 2019.
_LANDLOCK_CREATE_RULESET: Final = 444
_LANDLOCK_ADD_RULE: Final = 445
_LANDLOCK_RESTRICT_SELF: Final = 446
_LANDLOCK_VERSION: Final = 1
_LANDLOCK_RULE_PATH_BENEATH: Final = 1

_PR_GET_NO_NEW_PRIVS: Final = 39
_PR_SET_NO_NEW_PRIVS: Final = 38
_SECCOMP_SET_MODE_FILTER: Final = 1
_SECCOMP_FILTER_FLAG_TSYNC: Final = 1
_INSTRUCTION_BYTES: Final = 8
_MAX_64_BIT: Final = 2**63 - 1


class _Program(ctypes.Structure):
    """A filter as the kernel takes it: how many instructions, and where."""

    _fields_ = (("count", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


class Kernel:
    """The running kernel."""

    def __init__(self) -> None:
        self._libc = ctypes.CDLL(None, use_errno=True)
        self._libc.syscall.restype = ctypes.c_long

    @property
    def machine(self) -> str:
        """What the calls of this process are numbered for, such as `x86_64`."""
        # A process of 32 bits on a kernel of 64 has other numbers than the kernel's name says.
        return os.uname().machine if sys.maxsize == _MAX_64_BIT else "32-bit"

    def call(self, number: int, *arguments: int | bytes | None) -> int:
        """Make a system call by its number."""
        # Everything that is no pointer goes as a full register: an int alone would be cut to 32.
        words = [ctypes.c_long(a) if isinstance(a, int) else ctypes.c_char_p(a) for a in arguments]
        return self._checked(int(self._libc.syscall(ctypes.c_long(number), *words)))

    def tasks(self) -> int:
        """Return how many threads this process has."""
        return len(os.listdir("/proc/self/task"))

    def address_space_bytes(self) -> int:
        """Return how much address space is in use now."""
        with open("/proc/self/statm", "rb") as file:
            return int(file.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")

    def set_no_new_privileges(self) -> None:
        """Give up, for good, that a program started from here gains rights."""
        self._checked(self._libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))

    def no_new_privileges(self) -> bool:
        """Say whether they have been given up."""
        return self._checked(self._libc.prctl(_PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0)) == 1

    def landlock_version(self) -> int:
        """Return the version of Landlock's interface."""
        return self.call(_LANDLOCK_CREATE_RULESET, None, 0, _LANDLOCK_VERSION)

    def landlock_ruleset(self, attributes: bytes) -> int:
        """Return the descriptor of a new ruleset that handles what `attributes` say."""
        return self.call(_LANDLOCK_CREATE_RULESET, attributes, len(attributes), 0)

    def landlock_allow(self, ruleset: int, rule: bytes) -> None:
        """Allow something beneath a path."""
        self.call(_LANDLOCK_ADD_RULE, ruleset, _LANDLOCK_RULE_PATH_BENEATH, rule, 0)

    def landlock_restrict(self, ruleset: int) -> None:
        """Hold this thread, and all that it starts, to a ruleset for good."""
        self.call(_LANDLOCK_RESTRICT_SELF, ruleset, 0)

    def seccomp(self, number: int, instructions: bytes) -> None:
        """Have every system call of every thread pass a filter from now on.

        Args:
            number: of the system call `seccomp`, which is not the same everywhere.
            instructions: the filter.
        """
        program = _Program(len(instructions) // _INSTRUCTION_BYTES, instructions)
        pointer = ctypes.cast(ctypes.pointer(program), ctypes.c_void_p).value or 0
        thread = self.call(number, _SECCOMP_SET_MODE_FILTER, _SECCOMP_FILTER_FLAG_TSYNC, pointer)
        if thread:
            raise OSError(0, f"thread {thread} has a filter of its own")

    def spawn(self, command: Sequence[bytes]) -> int:
        """Start a program and wait for its end; return 0, or the number of why it cannot start."""
        words = (ctypes.c_char_p * (len(command) + 1))(*command, None)
        nothing = (ctypes.c_char_p * 1)(None)
        pid = ctypes.c_int(0)
        error = int(
            self._libc.posix_spawn(ctypes.byref(pid), command[0], None, None, words, nothing)
        )
        if not error:
            os.waitpid(pid.value, 0)
        return error

    def _checked(self, result: int) -> int:
        if result < 0:
            code = ctypes.get_errno()
            raise OSError(code, os.strerror(code))
        return result
