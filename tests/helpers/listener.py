"""A live source with all that it needs, on the test's own thread: server, program, pipe."""

import os
import signal
import time
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from accompanied import Accompanied
from sound_server import PATIENCE_S, RATE_HZ, SoundServer, pitch_hz
from stillframe.contracts.control import Accompany
from stillframe.supervision.spec import Companion
from stillframe.workers.audio.sources import server
from stillframe.workers.audio.sources.live import LiveSource
from stillframe.workers.audio.sources.pipe import PipeSource

PAREC = Companion(
    (
        *("parec", "--raw", "--format=float32le", f"--rate={RATE_HZ}", "--channels=2"),
        *("--latency-msec=10", "--device={}"),
    )
)
# Long enough to tell pitches 20 Hz apart.
_EAR_FRAMES = 4800
_SILENCE: npt.NDArray[np.float32] = np.zeros((_EAR_FRAMES, 2), np.float32)
_QUIET = 0.05
_CLOSE_HZ = 15
_STEP_S = 0.01


class Listener:
    """Who listens, in real time."""

    def __init__(
        self, sounds: SoundServer, wanted: str, companion: Companion | Accompanied = PAREC
    ) -> None:
        """Listen with a program of one's own, or with one that another listener left."""
        if isinstance(companion, Companion):
            companion = Accompanied(companion, sounds.environ)
        self.beside = companion
        self.asked: list[Accompany] = []
        self.recent = _SILENCE
        self.pipe = PipeSource(self.beside.it.pipe, RATE_HZ, 2)
        self.watch = server.SoundServer(sounds.environ)
        self.source = LiveSource(wanted, self.pipe, self.watch, self._ask)

    def step(self) -> None:
        """Let things happen for a moment, and hear what comes."""
        it, now_ns = self.beside, time.monotonic_ns()
        it.now_ns = now_ns
        it.it.tick(now_ns)
        for key, _ in it.selector.select(0) if it.selector.get_map() else ():
            key.data(now_ns)
        block = self.source.read(_STEP_S)
        if block is not None:
            self.recent = np.concatenate((self.recent, block.samples))[-_EAR_FRAMES:]

    def until(self, condition: Callable[[], bool]) -> None:
        """Go on until something is so."""
        deadline_s = time.monotonic() + PATIENCE_S
        while not condition():
            assert time.monotonic() < deadline_s, (self.asked, self.source.note, self.beside.said())
            self.step()

    def until_heard(self, hz: float) -> float:
        """Go on until a tone is heard and nothing louder; return how long that took, in s."""
        began_s = time.monotonic()
        self.recent = _SILENCE

        def heard() -> bool:
            loud = np.abs(self.recent).max() > _QUIET
            return bool(loud) and abs(pitch_hz(self.recent) - hz) < _CLOSE_HZ

        self.until(heard)
        return time.monotonic() - began_s

    def signal(self, number: signal.Signals) -> None:
        """Send the recording program a signal."""
        os.kill(self.beside.pid(), number)

    def close(self) -> None:
        """End everything."""
        self.source.close()
        self.beside.close()

    def _ask(self, wish: Accompany) -> None:
        self.asked.append(wish)
        self.beside.it.want(wish.argument, time.monotonic_ns(), anew=wish.anew)
