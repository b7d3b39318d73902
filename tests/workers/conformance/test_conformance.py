"""What every worker keeps, whoever wrote it: simulated and real ones in one suite."""

import itertools
import os
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from crew import PATIENCE_S, environment
from stillframe.contracts.control import Configure, Hello, Stop
from stillframe.contracts.images import ImageResult, SlotGrant
from stillframe.contracts.messages import WIRE_VERSION, Failure, Request, Response
from stillframe.contracts.wire import PROTOCOLS
from stillframe.transport.channel import ChannelClosedError
from stillframe.transport.seqpacket import socket_pair
from worker_child import WorkerChild
from worker_kinds import EVERY_KIND, REAL, SHAPE, SIMULATED, Kind
from worker_requests import addressed

# One kind after the other, so that one worker of each serves all tests that let it live.
every_kind = pytest.mark.parametrize("kind", EVERY_KIND, ids=str, scope="module")
every_painter = pytest.mark.parametrize(
    "kind", [kind for kind in EVERY_KIND if kind.shape is SHAPE], ids=str, scope="module"
)


class Asking:
    """A worker that is ready, and a conversation with it."""

    def __init__(self, kind: Kind, child: WorkerChild, folder: Path) -> None:
        self.kind, self.child, self._folder = kind, child, folder
        self._numbers = itertools.count(1000)

    @classmethod
    @contextmanager
    def of(cls, kind: Kind, folder: Path) -> Iterator["Asking"]:
        own = {kind.folder_setting: str(folder)} if kind.folder_setting else {}
        settings = {**kind.settings, **own}
        with WorkerChild.ready(
            kind.name, kind.shape, kind.module, kind.latest, **settings
        ) as child:
            yield cls(kind, child, folder)

    def request(self, *, refused: bool = False) -> Request:
        """Return a request that was not made before, with a slot where the kind has them."""
        make = self.kind.refused if refused else self.kind.good
        arena, seq = self.child.arena, next(self._numbers)
        slot = arena.reserve(self.child.pid) if arena else None
        assert slot is not None or arena is None
        return addressed(make(self._folder), seq, slot)

    def send(self, request: Request) -> None:
        self.child.channel.send(request)

    def answer(self) -> Response:
        message = self.child.receive()
        assert isinstance(message, Response), message
        return message

    def ask(self, *, refused: bool = False) -> tuple[Request, Response]:
        """Ask once, see who answers, and give the slot back."""
        request = self.request(refused=refused)
        self.send(request)
        answer = self.answer()
        if self.child.arena is not None:
            self.child.arena.give_back(slot_of(request))
        return request, answer

    def is_fulfilled(self) -> bool:
        """Ask for something that can be done, and say whether it was."""
        _, answer = self.ask()
        return isinstance(answer, self.kind.protocol.result)

    def says_no_more(self) -> bool:
        """Say whether the channel ends now."""
        assert self.child.channel.wait(PATIENCE_S)
        try:
            return self.child.channel.receive() is None
        except ChannelClosedError:
            return True


@pytest.fixture(scope="module")
def asking(kind: Kind, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asking]:
    """Yield a worker that is ready, and may have answered others before."""
    with Asking.of(kind, tmp_path_factory.mktemp("shared")) as conversation:
        yield conversation


@pytest.fixture
def new(kind: Kind, tmp_path: Path) -> Iterator[Asking]:
    """Yield a worker that nobody has asked yet, and that may end."""
    with Asking.of(kind, tmp_path) as conversation:
        yield conversation


def slot_of(request: Request) -> SlotGrant:
    slot = getattr(request, "slot", None)
    assert isinstance(slot, SlotGrant)
    return slot


def repeated(message: Request | Response) -> tuple[int | str, ...]:
    """Return what an answer repeats of its request."""
    return (
        message.seq,
        message.correlation_id,
        message.worker,
        message.version,
        message.ts_req_ns,
        message.deadline_ns,
    )


@pytest.mark.parametrize("kinds", [SIMULATED, REAL], ids=["simulated", "real"])
def test_no_kind_is_missing_here(kinds: tuple[Kind, ...]) -> None:
    assert sorted(kind.name for kind in kinds) == sorted(PROTOCOLS)


# Answers.


@every_kind
@pytest.mark.parametrize("refused", [False, True], ids=["fulfilled", "refused"])
def test_an_answer_repeats_its_request_and_is_of_its_kind(asking: Asking, *, refused: bool) -> None:
    before_ns = time.monotonic_ns()
    request, answer = asking.ask(refused=refused)
    assert repeated(answer) == repeated(request)
    assert before_ns <= answer.ts_res_ns <= time.monotonic_ns()
    assert answer.ok is not refused
    assert type(answer) is (Failure if refused else asking.kind.protocol.result)


@every_kind
def test_a_refusal_is_typed_and_the_worker_goes_on(asking: Asking) -> None:
    for _ in range(3):
        _, failure = asking.ask(refused=True)
        assert isinstance(failure, Failure)
        assert failure.error.kind is asking.kind.fault
        assert failure.error.detail
        assert asking.is_fulfilled()


@every_kind
def test_each_request_has_one_answer_in_order_and_then_a_stop_is_obeyed(new: Asking) -> None:
    # As many at once as there are slots: no two requests may have one.
    asked = [new.request(), new.request(refused=True)]
    for request in asked:
        new.send(request)
    new.child.channel.send(Stop())
    answers = [new.answer() for _ in asked]
    assert [answer.seq for answer in answers] == [request.seq for request in asked]
    assert new.says_no_more()
    assert new.child.ended() == (0, "")


@every_kind
def test_the_same_request_has_the_same_answer_but_for_its_time(asking: Asking) -> None:
    answers = []
    for _ in range(3):
        _, answer = asking.ask()
        kept = {"seq", "ts_req_ns", "ts_res_ns", "ts_ns", "generation", "slot"}
        answers.append({f: getattr(answer, f) for f in answer.__struct_fields__ if f not in kept})
    assert answers[0] == answers[1] == answers[2]


@every_kind
def test_new_settings_between_two_requests_are_taken_without_a_word(asking: Asking) -> None:
    assert asking.is_fulfilled()
    asking.child.channel.send(Configure(settings=dict(asking.kind.settings)))
    assert asking.is_fulfilled()
    assert not asking.child.channel.wait(0)


# Slots.


@every_painter
def test_a_slot_says_what_its_answer_says(asking: Asking) -> None:
    arena = asking.child.arena
    assert arena is not None
    for _ in range(3):  # more than there are slots
        request = asking.request()
        asking.send(request)
        answer = asking.answer()
        grant = slot_of(request)
        lease = arena.lease(grant, seq=request.seq)  # checks generation, seq and writer
        header = lease.header
        assert slot_of(answer) == grant  # type: ignore[arg-type]
        assert answer.generation == header.generation == grant.generation
        assert answer.payload_size_bytes == header.size_bytes == len(lease.pixels)
        assert len(set(bytes(lease.pixels))) > 50, "a picture has many colours"
        assert header.producer_pid == asking.child.pid
        assert header.ts_ns <= answer.ts_res_ns
        if isinstance(answer, ImageResult):
            said = (answer.width, answer.height, answer.stride, answer.format, answer.ts_ns)
            found = (header.width, header.height, header.stride, header.format, header.ts_ns)
            assert said == found
        lease.pixels.release()
        arena.give_back(grant)


@every_painter
def test_without_a_slot_a_request_is_refused(asking: Asking, tmp_path: Path) -> None:
    asking.send(addressed(asking.kind.good(tmp_path), 7))
    failure = asking.answer()
    assert isinstance(failure, Failure)
    assert failure.error.kind == "bad-request"
    assert asking.is_fulfilled()


@every_painter
def test_a_refused_request_leaves_no_frame_in_its_slot(new: Asking) -> None:
    arena = new.child.arena
    assert arena is not None
    request = new.request(refused=True)
    new.send(request)
    assert not new.answer().ok
    with pytest.raises(Exception, match="no frame here"):
        arena.lease(slot_of(request), seq=request.seq)


# The page.


@every_kind
def test_the_heart_beats_while_nothing_is_asked(asking: Asking) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while (first := asking.child.beats()).busy_seq:
        assert time.monotonic() < deadline, "it is never idle again"
    while (last := asking.child.beats()).beats < first.beats + 2:
        assert time.monotonic() < deadline, "the heart stands still"
        assert not asking.child.channel.wait(0.02)
    assert (first.busy_seq, last.busy_seq) == (0, 0)
    assert first.ts_ns < last.ts_ns <= time.monotonic_ns()


@every_kind
def test_the_heartbeat_names_the_request_in_hand_and_none_after_it(asking: Asking) -> None:
    deadline = time.monotonic() + PATIENCE_S
    named: set[int] = set()
    asked: list[int] = []
    while not asked or asked[-1] not in named:  # some are done before anybody can look
        assert time.monotonic() < deadline, "no request was ever seen in hand"
        request = asking.request()
        asked.append(request.seq)
        asking.send(request)
        while not asking.child.channel.wait(0):
            # The one before may stand there until this one is begun.
            named |= {asking.child.beats().busy_seq} - {0}
            assert time.monotonic() < deadline, "the worker says nothing"
        asking.answer()
        if asking.child.arena is not None:
            asking.child.arena.give_back(slot_of(request))
    assert named <= set(asked)
    while asking.child.beats().busy_seq:
        assert time.monotonic() < deadline, "it is never idle again"


@every_kind
def test_every_request_is_counted_before_its_answer(new: Asking) -> None:
    assert sum(new.child.durations().counts) == 0
    began_ns = time.monotonic_ns()
    for number, refused in enumerate([False, True, False], start=1):
        new.ask(refused=refused)
        assert sum(new.child.durations().counts) == number
    longest_ns = new.child.durations().max_ns
    assert 0 < longest_ns <= time.monotonic_ns() - began_ns


# Ends.


@every_kind
def test_the_end_of_the_channel_is_the_end(new: Asking) -> None:
    assert new.is_fulfilled()
    new.child.hang_up()
    assert new.child.ended() == (0, "")


@every_kind
@pytest.mark.parametrize("data", [b"nonsense", b"\x80"], ids=["nonsense", "no-tag"])
def test_what_is_no_message_ends_it_with_its_reason(new: Asking, data: bytes) -> None:
    new.child.socket.send(data)
    status, errors = new.child.ended()
    assert status == 1
    assert f"message of {len(data)} bytes refused" in errors


@every_kind
def test_a_message_over_the_cap_ends_it_with_its_reason(new: Asking) -> None:
    cap_bytes = new.child.channel._outgoing_codec.cap_bytes
    new.child.socket.send(bytes(cap_bytes + 1))
    status, errors = new.child.ended()
    assert status == 1
    assert f"over the cap of {cap_bytes} bytes" in errors


PARENT = """
import os, subprocess, sys
fd = int(sys.argv[1])
command = [sys.executable, "-P", "-m", sys.argv[2], str(fd), str(os.getpid())]
print(subprocess.Popen(command, pass_fds=[fd]).pid, flush=True)
sys.stdin.read()
"""


@every_kind
def test_it_dies_with_its_parent_even_while_the_channel_stays_open(kind: Kind) -> None:
    # The parent here is a child of ours, and we keep both ends of the channel open.
    ours, theirs = socket_pair()
    pipe = subprocess.PIPE
    with ours, theirs:
        command = [sys.executable, "-c", PARENT, str(theirs.fileno()), kind.module]
        with subprocess.Popen(
            command, env=environment(), pass_fds=[theirs.fileno()], stdin=pipe, stdout=pipe
        ) as parent:
            assert parent.stdout is not None
            pidfd = os.pidfd_open(int(parent.stdout.readline()))
            ours.settimeout(PATIENCE_S)
            hello = kind.protocol.from_worker(kind.name).decode(ours.recv(4096))
            assert isinstance(hello, Hello)
            assert (hello.worker, hello.version) == (kind.name, WIRE_VERSION)
            parent.kill()
        assert select.select([pidfd], [], [], PATIENCE_S)[0]
        os.close(pidfd)
