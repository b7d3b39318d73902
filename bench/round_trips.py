"""Ways to ask a child that does no work, and to have its answer.

Role: ours and the peers of `bench.ipc`'s round trips, each as a context that yields a `Way`.
Counterpart: a child of its own for each; all of them only echo.

Guarantees: all requests have the same contents, and so have all answers; a request is made anew for
each trip, and whoever asked can see whether the answer is to it.
"""

import os
import socket
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.queues import Queue
from typing import Any

from bench import echo
from bench.children import SPAWN, echo_child, echo_spec, process
from bench.supervised import ANSWER_S, Supervised
from stillframe.contracts.codec import Codec
from stillframe.contracts.images import ImageRequest, SlotGrant
from stillframe.contracts.messages import Response
from stillframe.contracts.wire import PROTOCOLS, FromWorkerMessage, ToWorkerMessage
from stillframe.supervision.spec import Limits
from stillframe.transport.channel import Channel
from stillframe.transport.seqpacket import SeqpacketChannel, socket_pair

_SLOT = SlotGrant(index=0, generation=1)

Plain = dict[str, Any]


@dataclass(frozen=True)
class Way:
    """One way to ask.

    Attributes:
        ask: makes request number `seq`, sends it, waits, and returns the answer's number.
        pid: the child.
    """

    ask: Callable[[int], int]
    pid: int


@contextmanager
def channel() -> Iterator[Way]:
    """Ours: structs through a `SeqpacketChannel`, validated on both sides."""
    ours, theirs = socket_pair()
    with ours, theirs, process(_serve_channel, theirs) as pid:
        yield Way(_asking(SeqpacketChannel(ours, *_codecs())), pid)


@contextmanager
def worker() -> Iterator[Way]:
    """Ours: the same to and from the product's worker loop, with its heartbeat and counters."""
    with echo_child(None) as child:
        yield Way(_asking(child.channel), child.pid)


@contextmanager
def supervised() -> Iterator[Way]:
    """Ours, all of it: posted to the supervisor's thread, and the event taken from there."""
    with Supervised([echo_spec(Limits())]) as crew:
        crew.until_warm(standby=False)

        def ask(seq: int) -> int:
            crew.submit(echo.ask(seq, slot=_SLOT))
            return crew.completed().response.seq

        yield Way(ask, crew.pid)


@contextmanager
def mp_pipe() -> Iterator[Way]:
    """`multiprocessing.Pipe`: pickled dicts."""
    ours, theirs = SPAWN.Pipe()
    with process(_serve_pipe, theirs) as pid:

        def ask(seq: int) -> int:
            ours.send(plain_request(seq))
            return int(ours.recv()["seq"])

        yield Way(ask, pid)


@contextmanager
def mp_queue() -> Iterator[Way]:
    """Two of `multiprocessing.Queue`: pickled dicts."""
    requests: Queue[Plain] = SPAWN.Queue()
    answers: Queue[Plain] = SPAWN.Queue()
    with process(_serve_queue, requests, answers) as pid:

        def ask(seq: int) -> int:
            requests.put(plain_request(seq))
            return int(answers.get(timeout=ANSWER_S)["seq"])

        yield Way(ask, pid)


@contextmanager
def zmq() -> Iterator[Way]:
    """A PAIR of pyzmq over `ipc://`: our structs in our codec."""
    from zmq import PAIR, Context  # noqa: PLC0415 - it may not be installed

    to_worker, from_worker = _codecs()
    with (
        tempfile.TemporaryDirectory(prefix="stillframe-bench-") as folder,
        Context() as context,
        context.socket(PAIR) as pair,
    ):
        pair.linger = 0
        pair.bind(f"ipc://{folder}/pair")
        with process(_serve_zmq, f"ipc://{folder}/pair") as pid:

            def ask(seq: int) -> int:
                pair.send(to_worker.encode(echo.ask(seq, slot=_SLOT)))
                return _number(from_worker.decode(pair.recv()))

            yield Way(ask, pid)


@contextmanager
def process_pool() -> Iterator[Way]:
    """`concurrent.futures.ProcessPoolExecutor` of one worker: pickled dicts."""
    with ProcessPoolExecutor(1, SPAWN) as pool:
        pid = pool.submit(os.getpid).result(ANSWER_S)

        def ask(seq: int) -> int:
            return int(pool.submit(plain_answer, plain_request(seq)).result(ANSWER_S)["seq"])

        yield Way(ask, pid)


def message_bytes() -> tuple[int, int]:
    """Return how long the encoded request and its answer are."""
    to_worker, from_worker = _codecs()
    request = echo.ask(1, slot=_SLOT)
    answer = echo.answer(request, _SLOT, time.monotonic_ns())
    return len(to_worker.encode(request)), len(from_worker.encode(answer))


def plain_request(seq: int) -> Plain:
    """Make what `echo.ask` makes as a dict: quicker to pickle than a dataclass of the same."""
    now_ns = time.monotonic_ns()
    return {
        "seq": seq,
        "correlation_id": seq,
        "worker": echo.NAME,
        "version": 1,
        "ts_req": now_ns,
        "deadline": now_ns + echo.ANSWER_NS,
        "path": echo.PATH,
        "target_size": (echo.LARGEST.width, echo.LARGEST.height),
        "profile": {"mode": "fill", "sharpen": False, "colour": "srgb"},
        "cache_key": echo.CACHE_KEY,
        "ratio_policy": {"pool": "local"},
        "slot": {"index": 0, "generation": 1},
    }


def plain_answer(request: Plain) -> Plain:
    """Make what `echo.answer` makes as a dict."""
    common = ("seq", "correlation_id", "worker", "version", "ts_req", "deadline")
    width_px, height_px = request["target_size"]
    return {
        **{name: request[name] for name in common},
        "ts_res": time.monotonic_ns(),
        "generation": 0,
        "payload_size": 0,
        "cache_key": request["cache_key"],
        "ratio_policy": request["ratio_policy"],
        "slot": request["slot"],
        "width": width_px,
        "height": height_px,
        "stride": width_px * echo.RGBA_BYTES,
        "format": 1,
        "ts": time.monotonic_ns(),
        "source_size": (6000, 4000),
    }


def _codecs() -> tuple[Codec[ToWorkerMessage], Codec[FromWorkerMessage]]:
    protocol = PROTOCOLS["images"]
    return protocol.to_worker(echo.NAME), protocol.from_worker(echo.NAME)


def _asking(channel: Channel[ToWorkerMessage, FromWorkerMessage]) -> Callable[[int], int]:
    def ask(seq: int) -> int:
        channel.send(echo.ask(seq, slot=_SLOT))
        channel.wait(ANSWER_S)
        return _number(channel.receive())

    return ask


def _number(message: FromWorkerMessage | None) -> int:
    return message.seq if isinstance(message, Response) else 0


def _serve_channel(sock: socket.socket) -> None:
    to_worker, from_worker = _codecs()
    channel = SeqpacketChannel(sock, from_worker, to_worker)
    while channel.wait(None):
        request = channel.receive()
        if isinstance(request, ImageRequest):
            channel.send(echo.answer(request, request.slot or _SLOT, time.monotonic_ns()))


def _serve_pipe(pipe: "Connection[Plain, Plain]") -> None:
    while True:
        pipe.send(plain_answer(pipe.recv()))


def _serve_queue(requests: "Queue[Plain]", answers: "Queue[Plain]") -> None:
    while True:
        answers.put(plain_answer(requests.get()))


def _serve_zmq(address: str) -> None:
    from zmq import PAIR, Context  # noqa: PLC0415 - it may not be installed

    to_worker, from_worker = _codecs()
    pair = Context().socket(PAIR)
    pair.connect(address)
    while True:
        request = to_worker.decode(pair.recv())
        if isinstance(request, ImageRequest):
            answer = echo.answer(request, request.slot or _SLOT, time.monotonic_ns())
            pair.send(from_worker.encode(answer))
