"""The analysis worker: a file in, beats and onsets out.

Role: has the tracker of the live worker listen to a file, without any clock. Counterpart:
`contracts.analysis`; `sources.file` reads, `rhythm` listens.

Guarantees: what is said is what would have been said live, however the file is cut into stretches;
one stretch is bounded in sound and in words, one file is open at a time.
"""

import time
from typing import ClassVar, Final, Self

import numpy as np

from stillframe.contracts.analysis import AnalysisRequest, AnalysisResult
from stillframe.contracts.caps import ONSETS_CAP_ITEMS
from stillframe.contracts.control import Start
from stillframe.contracts.errors import FaultError, FaultKind
from stillframe.contracts.messages import echo
from stillframe.contracts.sandbox import Sandbox
from stillframe.contracts.wire import PROTOCOLS, Protocol
from stillframe.workers.audio.rhythm.tracker import Rhythm, tempo_of
from stillframe.workers.audio.sources.file import SoundFile
from stillframe.workers.audio.sources.source import BLOCK_FRAMES, SAMPLE_RATE_HZ
from stillframe.workers.handler import Handler

# A tenth of a second of work on a small machine: a person sees that it goes on.
_STRETCH_S: Final = 10.0


class Recording:
    """One file, heard from its beginning."""

    def __init__(self, path: bytes, sandbox: Sandbox | None) -> None:
        """Open it.

        Raises:
            FaultError: why it cannot be opened or heard.
        """
        self._file = SoundFile(path, sandbox)
        self.rate_hz, self.heard, self.path = self._file.sample_rate_hz, 0, path
        self._rhythm = Rhythm(self.rate_hz)
        self._beats_s: list[float] = []

    @property
    def length_s(self) -> float:
        """How long it is, by its header."""
        return self._file.frames / self.rate_hz

    def tempo_bpm(self) -> float | None:
        """Return the tempo of all that was heard."""
        return tempo_of(self._beats_s)

    def stretch(self) -> tuple[list[float], list[float], bool]:
        """Hear the next stretch; return its onsets, its beats, and whether the file goes on.

        Raises:
            FaultError: if the rest cannot be decoded.
        """
        onsets_s: list[float] = []
        beats_s: list[float] = []
        until = self.heard + round(_STRETCH_S * self.rate_hz)
        # A block has a word or two; half of what an answer holds is far more than a block can add.
        while self.heard < until and max(len(onsets_s), len(beats_s)) < ONSETS_CAP_ITEMS // 2:
            samples = self._file.read(BLOCK_FRAMES)
            if not len(samples):
                self._beats_s += beats_s
                return onsets_s, beats_s, False
            state = self._rhythm.push(samples.mean(axis=1))
            self.heard += len(samples)
            onsets_s += state.onsets_s
            beats_s += state.beats_s
        self._beats_s += beats_s
        return onsets_s, beats_s, True

    def close(self) -> None:
        """Close the file."""
        self._file.close()


class AnalysisHandler(Handler[AnalysisRequest, AnalysisResult]):
    """Listens to files, a stretch a request."""

    name: ClassVar[str] = "analysis"
    protocol: ClassVar[Protocol] = PROTOCOLS["analysis"]

    def __init__(self, sandbox: Sandbox | None) -> None:
        self._sandbox = sandbox
        self._recording: Recording | None = None

    @classmethod
    def start(cls, start: Start) -> Self:
        """Note what may be read."""
        return cls(start.sandbox)

    def warm_up(self) -> None:
        """Hear a moment of silence: the first stretch finds all code loaded."""
        Rhythm(SAMPLE_RATE_HZ).push(np.zeros(SAMPLE_RATE_HZ // 2, np.float32))

    def handle(self, request: AnalysisRequest) -> AnalysisResult:
        """Hear the next stretch of a file.

        Raises:
            FaultError: if it cannot be heard, or was not heard up to there by this process.
        """
        recording = self._recording_of(request)
        onsets_s, beats_s, goes_on = recording.stretch()
        if not goes_on:
            self.close()
        return AnalysisResult(
            **echo(request, time.monotonic_ns()),
            onsets_s=tuple(onsets_s),
            beats_s=tuple(beats_s),
            tempo_bpm=recording.tempo_bpm(),
            heard_s=recording.heard / recording.rate_hz,
            length_s=recording.length_s,
            next_cursor=recording.heard if goes_on else 0,
        )

    def close(self) -> None:
        """Close the file."""
        if self._recording is not None:
            self._recording.close()
        self._recording = None

    def _recording_of(self, request: AnalysisRequest) -> Recording:
        if not request.cursor:
            self.close()
            self._recording = Recording(request.path, self._sandbox)
        found = self._recording
        if found is None or (found.path, found.heard) != (request.path, request.cursor):
            heard = found.heard if found is not None else 0
            raise FaultError(
                FaultKind.BAD_REQUEST,
                f"this process has heard {heard} frames of it, not {request.cursor}; begin anew",
                request.cursor,
                heard,
            )
        return found
