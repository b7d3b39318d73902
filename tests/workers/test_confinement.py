"""A whole sandbox: what each kind of worker may do and may not, in real processes."""

import errno
import os
import shutil
import socket
import sys
import tempfile
from pathlib import Path

import pytest

from confined import FINE, REFUSED, expected, supports_landlock, supports_seccomp, trying
from stillframe.contracts.sandbox import Layer, LayerReport, LayerState, Sandbox, Sockets
from stillframe.workers.confinement import confine
from stillframe.workers.confinement.kernel import Kernel
from stillframe.workers.confinement.selftest import Outcome

NOBODY = 65534


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Return a folder with a folder inside the sandbox, one outside, and a file in each."""
    for name in ("inside", "outside"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").write_text("text")
    return tmp_path


def reading(place: Path) -> Sandbox:
    return Sandbox(read=(os.fsencode(place / "inside"),), memory_bytes=1 << 28)


def test_every_layer_is_what_this_host_can(place: Path) -> None:
    tried = trying(reading(place))
    assert {layer: report.state for layer, report in tried.layers.items()} == expected()
    assert list(tried.layers) == list(Layer)
    for report in tried.layers.values():
        assert report.state is not LayerState.UNSUPPORTED or "use" in report.detail


def test_a_reader_reads_inside_and_nothing_else(place: Path) -> None:
    inside, outside = place / "inside", place / "outside"
    (inside / "link").symlink_to(outside / "file")
    (inside / "folder").symlink_to(outside)
    tried = trying(
        reading(place),
        *(f"read:{inside}/file", f"list:{inside}", f"stat:{outside}/file", f"stat:{inside}/link"),
        *(
            f"read:{outside}/file",
            f"list:{outside}",
            f"read:{inside}/link",
            f"list:{inside}/folder",
        ),
        *("read:/etc/passwd", "read:/proc/self/maps", f"read:{sys.executable}", f"list:{place}"),
        f"thread-read:{outside}/file",
    )
    allowed = {k for k, v in tried.outcomes.items() if v == FINE}
    wanted = {f"read:{inside}/file", f"list:{inside}"}
    wanted |= {f"stat:{outside}/file", f"stat:{inside}/link"}
    if supports_landlock():
        assert allowed == wanted
        assert {v for k, v in tried.outcomes.items() if k not in wanted} == {"EACCES"}
    else:
        assert tried.layers[Layer.LANDLOCK].state is LayerState.UNSUPPORTED


def test_a_reader_changes_nothing_anywhere(place: Path) -> None:
    attempts = []
    for folder in (place / "inside", place / "outside"):
        attempts += [f"{word}:{folder}/file" for word in ("write", "create", "unlink", "truncate")]
        attempts += [f"{word}:{folder}/file" for word in ("rename", "chmod", "utime")]
        attempts += [f"{word}:{folder}/new" for word in ("create", "mkdir", "symlink")]
    tried = trying(reading(place), *attempts, "write:/dev/null")
    assert set(tried.outcomes.values()) <= set(REFUSED)
    assert sorted(os.listdir(place / "inside")) == ["file"]
    assert (place / "outside" / "file").read_text() == "text"


def test_a_decoder_makes_no_process_and_no_socket_and_reaches_nobody(place: Path) -> None:
    forbidden = (
        *("fork", "run:/bin/true", "exec:/bin/true", "inet", "unix", "pair", "netlink"),
        *("kill-parent", "ptrace", "setrlimit", "memfd", "outlive"),
    )
    allowed = ("thread", "kill-self", "channel", "frames")
    tried = trying(reading(place), *forbidden, *allowed)
    assert {tried.outcomes[word] for word in allowed} == {FINE}
    if supports_seccomp():
        assert {word: tried.outcomes[word] for word in forbidden} == dict.fromkeys(
            forbidden, "EPERM"
        )


def test_more_memory_and_more_files_than_allowed_are_refused(place: Path) -> None:
    tried = trying(reading(place), f"memory:{1 << 27}", f"memory:{1 << 29}", "files:10", "files:99")
    assert list(tried.outcomes.values()) == [FINE, "ENOMEM", FINE, "EMFILE"]


def test_without_a_number_memory_has_no_limit(place: Path) -> None:
    sandbox = Sandbox(read=(os.fsencode(place),))
    assert trying(sandbox, f"memory:{1 << 29}").outcomes == {f"memory:{1 << 29}": FINE}


def test_a_painter_writes_in_its_folder_only(place: Path) -> None:
    folder = place / "inside" / "made"
    sandbox = Sandbox(write=(os.fsencode(folder),), make=(os.fsencode(folder),))
    inside = [f"create:{folder}/a", f"read:{folder}/a", f"rename:{folder}/a", f"list:{folder}"]
    inside += [f"mkdir:{folder}/b", f"unlink:{folder}/a2"]
    outside = [f"create:{place}/inside/new", f"write:{place}/inside/file", f"mkdir:{place}/new"]
    outside += [f"unlink:{place}/outside/file", f"read:{place}/outside/file"]
    tried = trying(sandbox, *inside, *outside, f"symlink:{folder}/c", f"chmod:{folder}/b")
    assert {tried.outcomes[word] for word in inside} == {FINE}
    assert tried.outcomes[f"chmod:{folder}/b"] == "EPERM"
    if supports_landlock():
        assert {tried.outcomes[word] for word in outside} == {"EACCES"}
        assert tried.outcomes[f"symlink:{folder}/c"] == "EACCES"
    assert folder.stat().st_mode & 0o777 == 0o700


def test_a_folder_that_is_not_there_is_left_out_by_name(place: Path) -> None:
    sandbox = Sandbox(read=(os.fsencode(place / "inside"), b"/no-such-folder", b"/nul\0"))
    landlock = trying(sandbox).layers[Layer.LANDLOCK]
    assert landlock.state is expected()[Layer.LANDLOCK]
    assert not supports_landlock() or "/no-such-folder" in landlock.detail


def test_sockets_of_this_machine_are_not_sockets_to_others(place: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        words = ("unix", "pair", "inet", "netlink", f"connect:127.0.0.1:{port}")
        sandbox = Sandbox(read=(os.fsencode(place),), sockets=Sockets.UNIX)
        local = trying(sandbox, *words)
        assert list(local.outcomes.values()) == [FINE, FINE, "EPERM", "EPERM", "EPERM"]
        everywhere = trying(Sandbox(read=(os.fsencode(place),), sockets=Sockets.ANY), *words)
        assert list(everywhere.outcomes.values()) == [FINE, FINE, FINE, "EPERM", FINE]


def test_one_program_may_be_started_where_it_is_named_and_no_other(place: Path) -> None:
    program = os.path.realpath(shutil.which("true") or "/bin/true")
    other = os.path.realpath(shutil.which("false") or "/bin/false")
    sandbox = Sandbox(read=(os.fsencode(place),), execute=(os.fsencode(program),))
    tried = trying(sandbox, f"run:{program}", f"run:{other}", f"read:{other}", "kill-parent")
    assert tried.outcomes[f"run:{program}"] == FINE
    assert "returncode=0" in tried.stderr, "it ran to its end: it found its libraries"
    if supports_landlock():
        assert tried.outcomes[f"run:{other}"] == "EACCES"
        assert tried.outcomes[f"read:{other}"] == "EACCES"
    assert {report.state for report in tried.layers.values()} == set(expected().values())


def test_the_sandbox_is_as_tight_around_a_plain_user() -> None:
    plainly = "" if os.geteuid() else f"import os; os.setgid({NOBODY}); os.setuid({NOBODY})"
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)  # noqa: S103 - somebody else lists it
        sandbox = Sandbox(read=(os.fsencode(folder),))
        tried = trying(sandbox, "read:/etc/passwd", "fork", f"list:{folder}", code=plainly)
    assert {layer: report.state for layer, report in tried.layers.items()} == expected()
    assert tried.outcomes[f"list:{folder}"] == FINE
    assert tried.outcomes["read:/etc/passwd"] == ("EACCES" if supports_landlock() else FINE)
    assert tried.outcomes["fork"] == ("EPERM" if supports_seccomp() else FINE)


def test_a_thread_from_before_has_the_filter_and_is_told_of_where_it_has_no_rules(
    place: Path,
) -> None:
    tried = trying(reading(place), "elder-socket")
    if supports_landlock():
        assert tried.layers[Layer.LANDLOCK].state is LayerState.BROKEN
        assert "1 thread" in tried.layers[Layer.LANDLOCK].detail
    assert tried.layers[Layer.SECCOMP].state is expected()[Layer.SECCOMP]
    assert tried.outcomes["elder-socket"] == ("EPERM" if supports_seccomp() else FINE)


class OldKernel(Kernel):
    """A kernel without some of the calls."""

    def __init__(self, error: int, machine: str = "x86_64") -> None:
        super().__init__()
        self.error, self.name = error, machine

    @property
    def machine(self) -> str:
        return self.name

    def set_no_new_privileges(self) -> None:
        pass

    def no_new_privileges(self) -> bool:
        return True

    def address_space_bytes(self) -> int:
        return 1 << 46  # no limit that this test's process would feel

    def landlock_version(self) -> int:
        raise OSError(self.error, os.strerror(self.error))

    def seccomp(self, number: int, instructions: bytes) -> None:
        assert number
        assert instructions
        raise OSError(self.error, os.strerror(self.error))


def reports_of(kernel: Kernel, monkeypatch: pytest.MonkeyPatch) -> dict[Layer, LayerReport]:
    nothing = Outcome((), ())
    monkeypatch.setattr("stillframe.workers.confinement.limits.apply", lambda *_: "")
    monkeypatch.setattr("stillframe.workers.confinement.selftest.limits", lambda *_: nothing)
    return {report.layer: report for report in confine(Sandbox(), kernel)}


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (errno.ENOSYS, ["Linux 5.13", "lsm=", "CONFIG_SECCOMP_FILTER"]),
        (errno.EOPNOTSUPP, ["lsm="]),
    ],
)
def test_a_kernel_without_the_calls_is_said_to_be_unsupported_with_what_to_do(
    error: int, words: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    reports = reports_of(OldKernel(error), monkeypatch)
    assert reports[Layer.LANDLOCK].state is LayerState.UNSUPPORTED
    assert reports[Layer.NO_NEW_PRIVILEGES].state is LayerState.ON
    if error == errno.ENOSYS:
        assert reports[Layer.SECCOMP].state is LayerState.UNSUPPORTED
    else:
        assert reports[Layer.SECCOMP].state is LayerState.BROKEN, "a filter is never refused so"
    said = " ".join(report.detail for report in reports.values())
    assert all(word in said for word in words), said


def test_a_processor_that_the_filter_does_not_know_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seccomp = reports_of(OldKernel(errno.ENOSYS, "riscv64"), monkeypatch)[Layer.SECCOMP]
    assert seccomp.state is LayerState.UNSUPPORTED
    assert "riscv64" in seccomp.detail
    assert "x86_64" in seccomp.detail


class Pretender(OldKernel):
    """A kernel that says yes to everything and holds nothing."""

    def landlock_version(self) -> int:
        return 7

    def landlock_ruleset(self, attributes: bytes) -> int:
        assert attributes
        return os.open("/dev/null", os.O_RDONLY)

    def landlock_allow(self, ruleset: int, rule: bytes) -> None:
        pass

    def landlock_restrict(self, ruleset: int) -> None:
        pass

    def seccomp(self, number: int, instructions: bytes) -> None:
        pass


def test_layers_that_hold_nothing_are_broken_and_name_what_got_through(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reports = reports_of(Pretender(0, os.uname().machine), monkeypatch)
    landlock, seccomp = reports[Layer.LANDLOCK], reports[Layer.SECCOMP]
    assert landlock.state is LayerState.BROKEN
    for word in ("reading", "listing", "writing", "making", "starting", "connecting", "a signal"):
        assert word in landlock.detail
    if supports_seccomp():
        assert seccomp.state is LayerState.BROKEN
        for word in (
            "socket",
            "new process",
            "program",
            "ptrace",
            "limits",
            "namespaces",
            "writing",
        ):
            assert word in seccomp.detail
    assert not [
        name for name in os.listdir(tempfile.gettempdir()) if name.startswith(".stillframe-")
    ]
