"""The audio worker's edges: a source of sound in, publications out.

Role: listens to what the last request named and publishes what is heard, until the next one.
Counterpart: `contracts.audio` describes the request, `contracts.hearing` a publication; `core`
makes the one of the other.

Guarantees:
- Blocks are taken as they come, all that wait at once; one publication follows them.
- With no sound, nothing is computed and nothing published but once; with no device either.
- Requests are answered at once: a source is opened, never waited for.
"""

import time
from typing import ClassVar, Final, Self

import msgspec
import numpy as np

from stillframe.contracts.audio import (
    OFF,
    AudioRequest,
    AudioResult,
    BinsHandle,
    Face,
    FloorConfig,
    GhostingConfig,
    SmoothingConfig,
    WindowConfig,
)
from stillframe.contracts.control import Accompany, Start
from stillframe.contracts.hearing import BARS_OFFSET_BYTES, BEAT_OFFSET_BYTES, pack
from stillframe.contracts.messages import echo
from stillframe.contracts.wire import PROTOCOLS, Protocol
from stillframe.transport.latest import LatestShape, LatestWriter
from stillframe.workers.audio.core import Analyser
from stillframe.workers.audio.faces import face_for
from stillframe.workers.audio.metronome import Metronome
from stillframe.workers.audio.sources.setting import open_source
from stillframe.workers.audio.sources.source import BLOCK_FRAMES, CHANNELS, SAMPLE_RATE_HZ, Source
from stillframe.workers.audio.sources.synthetic import SyntheticFrames
from stillframe.workers.handler import Handler

_NS_PER_S: Final = 1_000_000_000
# More than a pipe holds: what waits is taken before anything is published.
_BLOCKS_AT_ONCE: Final = 32
# Four blocks: a source that stutters less is not noticed.
_MISSING_S: Final = 0.05
_LONGEST_GAP_FRAMES: Final = 48_000
_WARMING_BLOCKS: Final = 24
_WARMING: Final = AudioRequest(
    seq=0,
    correlation_id=0,
    worker="audio",
    ts_req_ns=0,
    deadline_ns=0,
    window=WindowConfig(),
    smoothing=SmoothingConfig(),
    ghosting_cfg=GhostingConfig(),
    floor_config=FloorConfig(),
)


class AudioHandler(Handler[AudioRequest, AudioResult]):
    """Listens, and publishes what is heard."""

    name: ClassVar[str] = "audio"
    protocol: ClassVar[Protocol] = PROTOCOLS["audio"]

    def __init__(self, start: Start, writer: LatestWriter) -> None:
        self._start, self._writer = start, writer
        self._source: Source | None = None
        self._wanted: str | None = None
        self._analyser: Analyser | None = None
        self._heard_ns = 0
        self._rested, self._note = False, ""  # whether silence was published, and with which note

    @classmethod
    def start(cls, start: Start) -> Self:
        """Take the memory to publish in.

        Raises:
            ValueError: if none was granted.
        """
        if start.latest is None:
            raise ValueError("the audio worker needs memory to publish in")
        shape = LatestShape(start.latest.payload_bytes, start.latest.slot_count)
        return cls(start, LatestWriter(start.latest.descriptor, shape))

    def warm_up(self) -> None:
        """Hear a moment of a tune: the first real sound finds all code loaded."""
        for face in Face:
            request = msgspec.structs.replace(_WARMING, face=face)
            frames = SyntheticFrames(0, SAMPLE_RATE_HZ)
            analyser = self._analyser_of(request, SAMPLE_RATE_HZ, CHANNELS)
            for block in range(_WARMING_BLOCKS):
                analyser.push(frames.take(BLOCK_FRAMES), block)
            pack(analyser.hearing())

    def handle(self, request: AudioRequest) -> AudioResult:
        """Listen to something, or in another way, from now on.

        Raises:
            FaultError: if there is no such source.
        """
        source = self._source_of(request.source)
        rate_hz, channels = SAMPLE_RATE_HZ, CHANNELS
        if source is not None:
            rate_hz, channels = source.sample_rate_hz, source.channels
        self._analyser = self._analyser_of(request, rate_hz, channels)
        self._rested = False
        now_ns, bars = time.monotonic_ns(), request.window.bar_count
        return AudioResult(
            **echo(request, now_ns),
            generation=request.seq,
            bins=BinsHandle(
                offset_bytes=BARS_OFFSET_BYTES,
                bar_count=bars,
                ghost_count=bars,
                channel_count=self._analyser.channels,
            ),
            beat_offset_bytes=BEAT_OFFSET_BYTES,
            ts_ns=now_ns,
        )

    def live(self, wake: int, timeout_s: float) -> bool:
        """Publish what comes, until a message does or the time is over."""
        source, analyser = self._source, self._analyser
        if source is None or analyser is None:
            return False
        patience_s = timeout_s if analyser.resting else min(timeout_s, _MISSING_S)
        block, heard = source.read(patience_s, wake), False
        for _ in range(_BLOCKS_AT_ONCE):
            if block is None:
                break
            self._heard_ns = block.end_ns
            heard = analyser.push(block.samples, block.end_ns) or heard
            block = source.read(0.0)
        now_ns = time.monotonic_ns()
        missing_ns = now_ns - max(self._heard_ns, analyser.end_ns)
        if not heard and missing_ns > _MISSING_S * _NS_PER_S:
            # What does not come is silence: bars sink as if it had.
            frames = min(_LONGEST_GAP_FRAMES, missing_ns * source.sample_rate_hz // _NS_PER_S)
            heard = analyser.push(np.zeros((frames, source.channels), np.float32), now_ns)
        self._publish(analyser, source.note, heard=heard)
        return True

    def close(self) -> None:
        """Let go of the source and of the memory."""
        if self._source is not None:
            self._source.close()
        self._writer.close()

    def _publish(self, analyser: Analyser, note: str, *, heard: bool) -> None:
        """Say what is heard; of silence and its reason, once."""
        if heard or note != self._note or not self._rested:
            self._writer.publish(pack(analyser.hearing(note)))
        self._rested, self._note = not heard, note

    def _source_of(self, wanted: str) -> Source | None:
        """Return what is wanted; who wants the same in another way goes on hearing it."""
        if wanted != self._wanted:
            source = None if wanted == OFF else open_source(wanted, self._start, self.say)
            if self._source is not None:
                self._source.close()
            elif source is None and self._start.companion is not None:
                self.say(Accompany())  # one before us may have left a program running
            self._source, self._wanted = source, wanted
        return self._source

    @staticmethod
    def _analyser_of(request: AudioRequest, sample_rate_hz: int, channels: int) -> Analyser:
        face = face_for(request, sample_rate_hz, channels)
        return Analyser(request, face, Metronome(sample_rate_hz), generation=request.seq)
