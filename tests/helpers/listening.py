"""The audio worker's handler in this process, on memory of its own."""

import itertools
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from stillframe.contracts.audio import (
    AudioRequest,
    AudioResult,
    Face,
    FloorConfig,
    GhostingConfig,
    SmoothingConfig,
    WindowConfig,
)
from stillframe.contracts.control import FromWorker, LatestGrant, Start
from stillframe.contracts.hearing import HEARING_CAP_BYTES, Hearing, unpack
from stillframe.transport.latest import Latest, LatestShape
from stillframe.workers.audio.core import Analyser
from stillframe.workers.audio.faces import face_for
from stillframe.workers.audio.io import AudioHandler
from stillframe.workers.audio.sources.source import BLOCK_FRAMES, SAMPLE_RATE_HZ
from stillframe.workers.audio.sources.synthetic import SyntheticFrames

SHAPE = LatestShape(HEARING_CAP_BYTES)
DEADLINE_S = 20.0
_SEQ = itertools.count(1)


def audio_request(source: str, **changes: Any) -> AudioRequest:
    """Return a request to listen to something."""
    fields: dict[str, Any] = {
        "window": WindowConfig(bar_count=15),
        "smoothing": SmoothingConfig(),
        "ghosting_cfg": GhostingConfig(),
        "floor_config": FloorConfig(),
    }
    now_ns = time.monotonic_ns()
    return AudioRequest(
        seq=next(_SEQ),
        correlation_id=0,
        worker="audio",
        ts_req_ns=now_ns,
        deadline_ns=now_ns + 10**10,
        source=source,
        **{**fields, **changes},
    )


def heard_of_a_tune(face: Face, blocks: int = 120) -> Hearing:
    """Return what is heard at the end of some blocks of a tune, on a clock of the test's own."""
    request = audio_request("synthetic:4", face=face)
    frames = SyntheticFrames(4, SAMPLE_RATE_HZ)
    it = Analyser(request, face_for(request, SAMPLE_RATE_HZ, 2), None, generation=1)
    for number in range(1, blocks + 1):
        it.push(frames.take(BLOCK_FRAMES), number * BLOCK_FRAMES * 10**9 // SAMPLE_RATE_HZ)
    return it.hearing()


class Listening:
    """A handler that is driven by hand."""

    def __init__(self) -> None:
        self.latest = Latest(SHAPE)
        grant = LatestGrant(
            descriptor=self.latest.descriptor,
            slot_count=SHAPE.slot_count,
            payload_bytes=SHAPE.payload_bytes,
        )
        self.handler = AudioHandler.start(Start(worker="audio", heartbeat=3, latest=grant))
        self.said: list[FromWorker] = []
        self.handler.say = self.said.append
        self.handler.warm_up()
        self.reader = self.latest.reader()
        self.wake, self._ring = os.pipe()

    def ask(self, source: str, **changes: Any) -> AudioResult:
        """Have something listened to."""
        return self.handler.handle(audio_request(source, **changes))

    def message(self) -> None:
        """Have `wake` readable, as if a message had come."""
        os.write(self._ring, b"!")

    def next(self) -> Hearing:
        """Let the worker live until it publishes, and return that."""
        deadline_s = time.monotonic() + DEADLINE_S
        while time.monotonic() < deadline_s:
            assert self.handler.live(self.wake, 0.25)
            payload = self.reader.poll()
            if payload is not None:
                return unpack(payload)
        raise AssertionError(f"nothing was published in {DEADLINE_S} s")

    def close(self) -> None:
        self.handler.close()
        self.reader.close()
        self.latest.close()
        os.close(self.wake)
        os.close(self._ring)


@contextmanager
def listening() -> Iterator[Listening]:
    """Yield a handler that has warmed up."""
    heard = Listening()
    try:
        yield heard
    finally:
        heard.close()
