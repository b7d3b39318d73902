"""The masks and rules, version by version; that they hold is seen in test_confinement."""

import errno
import os
import struct
import sys
from pathlib import Path

import pytest

from confined import supports_landlock
from stillframe.contracts.sandbox import Sandbox, Sockets
from stillframe.workers.confinement import landlock
from stillframe.workers.confinement.kernel import Kernel
from stillframe.workers.confinement.landlock import Access
from stillframe.workers.confinement.reports import UnsupportedError


@pytest.mark.parametrize(
    ("version", "newest", "too_new"),
    [
        (1, Access.MAKE_SYM, Access.REFER),
        (2, Access.REFER, Access.TRUNCATE),
        (3, Access.TRUNCATE, Access.IOCTL_DEV),
        (4, Access.TRUNCATE, Access.IOCTL_DEV),
        (5, Access.IOCTL_DEV, Access(0)),
        (99, Access.IOCTL_DEV, Access(0)),
    ],
)
def test_no_version_is_asked_for_what_it_does_not_know(
    version: int, newest: Access, too_new: Access
) -> None:
    rights = landlock.handled(version)
    assert newest in rights
    assert not rights & too_new
    assert Access.EXECUTE in rights


@pytest.mark.parametrize(
    ("version", "sockets", "words"),
    [
        (1, Sockets.NONE, (0x1FFF,)),
        (3, Sockets.NONE, (0x7FFF,)),
        (4, Sockets.NONE, (0x7FFF, 3)),
        (4, Sockets.ANY, (0x7FFF, 0)),
        (5, Sockets.UNIX, (0xFFFF, 3)),
        (6, Sockets.NONE, (0xFFFF, 3, 3)),
        (6, Sockets.UNIX, (0xFFFF, 3, 2)),
        (7, Sockets.ANY, (0xFFFF, 0, 2)),
    ],
)
def test_ports_and_scopes_are_refused_from_the_version_on_that_has_them(
    version: int, sockets: Sockets, words: tuple[int, ...]
) -> None:
    raw = landlock.attributes(version, Sandbox(sockets=sockets))
    assert struct.unpack(f"={len(raw) // 8}Q", raw) == words


def test_reading_writing_and_running_are_three_different_things() -> None:
    sandbox = Sandbox(read=(b"/r",), write=(b"/w",), execute=(b"/x",))
    rights = dict(landlock.rights(sandbox))
    assert rights[b"/r"] == Access.READ_FILE | Access.READ_DIR
    assert Access.MAKE_REG | Access.REMOVE_FILE | Access.WRITE_FILE in rights[b"/w"]
    assert rights[b"/x"] == Access.EXECUTE | Access.READ_FILE
    for allowed in rights.values():
        special = Access.MAKE_SYM | Access.MAKE_CHAR | Access.MAKE_BLOCK | Access.MAKE_SOCK
        assert not allowed & special, "a link or a device is nothing that a worker makes"
    assert not any(Access.EXECUTE in rights[path] for path in (b"/r", b"/w"))


def test_a_rule_on_a_file_names_only_what_can_be_done_to_a_file() -> None:
    everything = landlock.handled(7)
    packed = landlock.rule(everything, 7, is_folder=False, descriptor=9)
    allowed, descriptor = struct.unpack("=Qi", packed)
    assert (allowed, descriptor) == (0xC007, 9)
    packed = landlock.rule(everything, 1, is_folder=True, descriptor=9)
    assert struct.unpack("=Qi", packed)[0] == 0x1FFF, "an old kernel gets what it knows"


def test_a_program_comes_with_its_loader_and_the_systems_libraries() -> None:
    program = os.fsencode(os.path.realpath(sys.executable))
    rights = dict(landlock.system_rights(Sandbox(execute=(program,))))
    loaders = [path for path, allowed in rights.items() if Access.EXECUTE in allowed]
    assert len(loaders) == 1
    assert b"ld" in os.path.basename(loaders[0])
    assert Access.EXECUTE not in rights[b"/usr/lib"], "libraries are read, not started"
    assert list(landlock.system_rights(Sandbox(read=(b"/r",)))) == []


def test_a_program_that_was_patched_comes_with_its_loader_too(tmp_path: Path) -> None:
    # As tools that rewrite libraries' places leave it: the name of the loader far behind the head.
    header = b"\x7fELF\x02\x01".ljust(32, b"\0") + struct.pack("<Q", 64)
    header = header.ljust(54, b"\0") + struct.pack("<HH", 56, 1)
    segment = struct.pack("<IIQQQQ", 3, 4, 200_000, 0, 0, 11).ljust(56, b"\0")
    program = tmp_path / "patched"
    program.write_bytes((header.ljust(64, b"\0") + segment).ljust(200_000) + b"/lib/ld.so\0")
    rights = dict(landlock.system_rights(Sandbox(execute=(os.fsencode(program),))))
    assert Access.EXECUTE in rights[b"/lib/ld.so"]


def test_a_program_that_cannot_be_read_needs_nothing(tmp_path: Path) -> None:
    sandbox = Sandbox(execute=(os.fsencode(tmp_path / "none"), b"/a\0b"))
    assert not [a for _, a in landlock.system_rights(sandbox) if Access.EXECUTE in a]


class Elsewhere(Kernel):
    """A kernel whose answer to the version is an error."""

    def __init__(self, error: int) -> None:
        super().__init__()
        self.error = error

    def landlock_version(self) -> int:
        raise OSError(self.error, os.strerror(self.error))


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (errno.ENOSYS, "Linux 5.13"),
        (errno.EOPNOTSUPP, "lsm="),
        (errno.EPERM, "container"),
    ],
)
def test_why_there_is_none_is_one_sentence_with_what_to_do(error: int, words: str) -> None:
    with pytest.raises(UnsupportedError, match=words) as raised:
        landlock.version_of(Elsewhere(error))
    assert "\n" not in str(raised.value)


def test_this_hosts_version_is_the_kernels_own_word() -> None:
    if supports_landlock():
        assert landlock.version_of(Kernel()) >= 1
    else:
        with pytest.raises(UnsupportedError):
            landlock.version_of(Kernel())
