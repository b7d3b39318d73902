"""The list of what is refused agrees with itself and with the table of numbers."""

import pytest

from stillframe.contracts.sandbox import Sandbox, Sockets
from stillframe.workers.confinement.denials import ALWAYS, denials
from stillframe.workers.confinement.syscalls import ARCHITECTURES

# What each sandbox is there to stop, whatever else is on the list.
MUST = {"ptrace", "process_vm_writev", "bpf", "io_uring_setup", "mount", "unshare", "setns"}
MUST |= {
    "memfd_create",
    "prctl",
    "userfaultfd",
    "perf_event_open",
    "keyctl",
    "kexec_load",
    "init_module",
    "chmod",
}


@pytest.mark.parametrize("sockets", Sockets)
@pytest.mark.parametrize("write", [(), (b"/made",)])
@pytest.mark.parametrize("execute", [(), (b"/bin/true",)])
def test_no_call_is_named_twice_and_every_one_has_a_number(
    sockets: Sockets, write: tuple[bytes, ...], execute: tuple[bytes, ...]
) -> None:
    sandbox = Sandbox(sockets=sockets, write=write, execute=execute)
    names = [denial.name for denial in denials(sandbox, 1)]
    assert len(names) == len(set(names))
    assert set(names) >= MUST
    for architecture in ARCHITECTURES.values():
        assert any(architecture.number(name) for name in names)


def test_the_list_for_all_names_no_call_twice() -> None:
    assert len(ALWAYS) == len(set(ALWAYS))


def test_a_wider_sandbox_refuses_less() -> None:
    narrow = {denial.name for denial in denials(Sandbox(), 1) if not denial.checks}
    wide = Sandbox(write=(b"/a",), execute=(b"/b",), sockets=Sockets.ANY)
    wider = {denial.name for denial in denials(wide, 1) if not denial.checks}
    assert wider < narrow
    assert {"execve", "mkdir", "connect"} <= narrow - wider
