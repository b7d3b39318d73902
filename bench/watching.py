"""What a measured show has that others have not: marks in its log, and what is set up in its place.

Role: small changes of the running product, each a context of its own. Counterpart:
`bench.show_child` plays a show within them; `bench.frame_marks` finds the marks.

Guarantees: none draws, collects garbage or wakes the interface's thread by itself: it logs a line
where the product's own code has come by anyway.
"""

import contextlib
import os
import threading
import time
from collections.abc import Callable, Container, Iterator, Sequence
from dataclasses import replace
from random import Random
from typing import Any, Final
from unittest import mock

import msgspec
from PySide6.QtCore import QLoggingCategory, qCInfo

from bench import troubled
from bench.clocks import thread_cpu_s
from bench.frame_marks import (
    LATE_CATEGORY,
    PLAY_CATEGORY,
    STALL_CATEGORY,
    UPLOAD_CATEGORY,
    FrameMarks,
)
from bench.troubled import Trouble
from stillframe import app
from stillframe.cache.frames import CachedFrame
from stillframe.contracts.pixels import Size
from stillframe.player import frame_log
from stillframe.player.gallery import Gallery
from stillframe.player.scheduler import Scheduler
from stillframe.player.stalls import StallMeter
from stillframe.show import script, stagecraft
from stillframe.show.effect import Effect
from stillframe.show.specs import worker_specs
from stillframe.show.stagecraft import Stagecraft
from stillframe.supervision.spec import WorkerSpec
from stillframe.transitions.choice import History, Style
from stillframe.transitions.model import Transition

LOG_RULES: Final = ";".join(
    f"{category}=true"
    for category in (LATE_CATEGORY, PLAY_CATEGORY, STALL_CATEGORY, UPLOAD_CATEGORY)
)
# The meter asks every 5 ms: what is late by less is the probe's own.
_LATE_MS: Final = 2.0
_MARK: Final = b"bench."
_SUPERVISOR: Final = "supervisor"


def say(category: str, text: str) -> None:
    """Write a mark into Qt's log."""
    # The stubs say bytes; PySide takes text and refuses bytes.
    qCInfo(QLoggingCategory(category), text)  # type: ignore[arg-type]


@contextlib.contextmanager
def logged(marks: FrameMarks) -> Iterator[list[frame_log.FrameLog]]:
    """Keep the product's log: the show's report holds only three numbers of it."""
    logs: list[frame_log.FrameLog] = []

    class KeptLog(frame_log.FrameLog):
        def __init__(self, other: Callable[[str], None]) -> None:
            super().__init__(other)
            logs.append(self)

        def feed(self, data: bytes) -> None:
            marks.feed(data)
            super().feed(data)

        def _pass_on(self, line: bytes) -> None:
            if not line.startswith(_MARK):  # the show would note it as Qt's complaint
                super()._pass_on(line)

    with mock.patch.object(frame_log, "FrameLog", KeptLog):
        yield logs


class MarkedMeter(StallMeter):
    """The product's meter of stalls; it marks each in the log, with what the thread did then."""

    settled_ns = 0
    """Before this time, it marks nothing: a show that starts has a window to open."""

    def __init__(self, scheduler: Scheduler) -> None:
        self._statistics = open(f"/proc/self/task/{threading.get_native_id()}/schedstat", "rb")  # noqa: SIM115
        self._before = self._now_ms()
        super().__init__(scheduler)

    def _called(self) -> None:
        now_ns = time.monotonic_ns()
        late_ms = (now_ns - self._due_ns) / 1e6
        (queued_ms, worked_ms), before = self._now_ms(), self._before
        if late_ms > _LATE_MS and self.settled_ns and now_ns >= self.settled_ns:
            did = f"{queued_ms - before[0]:.2f} {worked_ms - before[1]:.2f}"
            say(LATE_CATEGORY, f"{late_ms:.2f} {did}")
        self._before = queued_ms, worked_ms
        super()._called()

    def _now_ms(self) -> tuple[float, float]:
        """Return how long this thread has waited for a processor, and how long it has run.

        Source: the kernel's documentation of schedstat; a kernel without it says nothing.
        """
        words = os.pread(self._statistics.fileno(), 100, 0).split()
        return int(words[1]) / 1e6 if len(words) > 1 else 0.0, time.thread_time() * 1000


@contextlib.contextmanager
def stalls_marked() -> Iterator[None]:
    """Have the show's stalls marked."""
    with mock.patch.object(app, "StallMeter", MarkedMeter):
        yield


@contextlib.contextmanager
def plays_marked(on_play: Callable[[Effect], None]) -> Iterator[None]:
    """Mark the name of each transition that plays, and pass it on."""
    played = Stagecraft.played

    def marked(self: Stagecraft, *, ready: bool) -> Effect:
        effect = played(self, ready=ready)
        say(PLAY_CATEGORY, effect.transition.id)
        on_play(effect)
        return effect

    with mock.patch.object(Stagecraft, "played", marked):
        yield


@contextlib.contextmanager
def uploads_marked() -> Iterator[None]:
    """Mark when a photo is to be uploaded, and when the stage says that it is."""
    upload, hear = Gallery.upload, Gallery.hear

    def begun(self: Gallery, frame: CachedFrame) -> None:
        say(UPLOAD_CATEGORY, frame_log.BEGIN)
        upload(self, frame)

    def heard(self: Gallery, number: int, cue: script.Cue) -> None:
        if isinstance(cue, script.Uploaded):
            say(UPLOAD_CATEGORY, frame_log.END)
        hear(self, number, cue)

    with mock.patch.object(Gallery, "upload", begun), mock.patch.object(Gallery, "hear", heard):
        yield


@contextlib.contextmanager
def in_turn(played: Container[str], meet: Callable[[Stagecraft | Gallery], None]) -> Iterator[None]:
    """Have each transition come in its turn, again if it was not ready, until it is `played`.

    Who chooses them and who plays them is passed on.
    """
    prepare, dress = Stagecraft.prepare, Gallery.dress

    def met(self: Stagecraft, size: Size) -> None:
        meet(self)
        prepare(self, size)

    def met_too(self: Gallery, effect: Effect) -> None:
        meet(self)
        dress(self, effect)

    def choose(
        pool: Sequence[tuple[Transition, Style]], history: History, rng: Random
    ) -> tuple[Transition, Style]:
        del history, rng
        return next((entry for entry in pool if entry[0].id not in played), pool[0])

    with (
        mock.patch.object(stagecraft, "choose", choose),
        mock.patch.object(Stagecraft, "prepare", met),
        mock.patch.object(Gallery, "dress", met_too),
    ):
        yield


@contextlib.contextmanager
def small_scenes(size: Size) -> Iterator[None]:
    """Have scenes painted small: what they cost then is another bench's."""
    with mock.patch.object(app, "scene_size", return_value=size):
        yield


@contextlib.contextmanager
def in_trouble(trouble: Trouble | None, tally: str) -> Iterator[None]:
    """Have one kind of worker started as the one in trouble, counting in `tally`."""
    if trouble is None:
        yield
        return
    os.environ[troubled.VARIABLE] = msgspec.json.encode(trouble).decode()
    os.environ[troubled.TALLY] = tally

    def specs(*arguments: Any, **named: Any) -> tuple[WorkerSpec, ...]:  # noqa: ANN401
        return tuple(
            replace(spec, module=troubled.__name__, python_path=(os.getcwd(), *spec.python_path))
            if spec.name == trouble.kind
            else spec
            for spec in worker_specs(*arguments, **named)
        )

    with mock.patch.object(app, "worker_specs", specs):
        yield


def supervisor_cpu_s() -> float:
    """Return the processor time of the supervisor's thread, or threads."""
    threads = [it for it in threading.enumerate() if it.name == _SUPERVISOR]
    return sum(thread_cpu_s(it.native_id) for it in threads if it.native_id is not None)
