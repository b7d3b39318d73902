"""Several displays as one stage.

Role: passes on what the show says to the stage of each display, and what they report once all have.
Counterpart: `show.runtime` sees one stage; `player.stage` is each of them.

Guarantees:
- A photo counts as uploaded when it is on every display, a transition as ended when the last has:
  no display falls behind by a photo.
- Displays begin one after the other, if that is wished; a cut comes to all at once.
- A display that is unplugged is waited for no longer.
"""

import time
from collections.abc import Callable
from typing import Final

from stillframe.cache.frames import CachedFrame
from stillframe.contracts.pixels import Size
from stillframe.player.scheduler import Scheduler
from stillframe.player.stage import QtStage
from stillframe.show import script
from stillframe.show.effect import Effect
from stillframe.show.script import Appearance, Cue

_FIRST: Final = 0


class Gallery:
    """The stages of all displays, by their numbers; the first one keeps the time."""

    def __init__(
        self,
        scheduler: Scheduler,
        *,
        stagger_ns: int,
        report: Callable[[Cue], None],
        motion: Callable[[bool], None],
    ) -> None:
        """Begin without a display.

        Args:
            scheduler: for displays that begin later.
            stagger_ns: how much later each begins than the one before.
            report: called with what the director wants to know.
            motion: called with True when the first display begins to move, False after the last.
        """
        self._scheduler, self._stagger_ns = scheduler, stagger_ns
        self._report, self._motion = report, motion
        self._stages: dict[int, QtStage] = {}
        self._uploading, self._presenting = b"", b""
        self._not_uploaded: set[int] = set()
        self._not_ended: set[int] = set()
        self._moving: set[int] = set()
        self._to_begin: dict[int, Callable[[], None]] = {}

    def hang(self, number: int, stage: QtStage) -> None:
        """Take a display on, before the first photo."""
        self._stages[number] = stage

    def leave(self, number: int) -> None:
        """Do without a display; the first one stays."""
        if number != _FIRST and self._stages.pop(number, None) is not None:
            self.hear(number, script.Uploaded(self._uploading))
            self.note_motion(number, moving=False)
            self.hear(number, script.TransitionEnded(self._presenting))

    def hear(self, number: int, cue: Cue) -> None:
        """Take what a display reports."""
        match cue:
            case script.Uploaded(key=key) if key == self._uploading:
                self._settle(self._not_uploaded, number, cue)
            case script.TransitionEnded():
                self._settle(self._not_ended, number, cue)
            case script.TimePassed():
                self._report(cue)

    def note_motion(self, number: int, *, moving: bool) -> None:
        """Take that a display begins to move, or has ended."""
        before = bool(self._moving)
        (self._moving.add if moving else self._moving.discard)(number)
        if bool(self._moving) != before:
            self._motion(moving)

    @property
    def surface(self) -> Size:
        """The largest display's size in device pixels: frames are made for it."""
        return max((stage.surface for stage in self._stages.values()), key=lambda size: size.pixels)

    def target(self, target: Size) -> None:
        """Tell every display what frames are made for from now on."""
        for stage in self._stages.values():
            stage.target(target)

    def upload(self, frame: CachedFrame) -> None:
        """Load a frame on every display."""
        self._uploading, self._not_uploaded = frame.key, set(self._stages)
        for stage in self._stages.values():
            stage.upload(frame)

    @property
    def dressed(self) -> bool:
        """Whether every display has drawn the next transition once."""
        return all(stage.dressed for stage in self._stages.values())

    def dress(self, effect: Effect) -> None:
        """Make the next transition ready on every display."""
        for stage in self._stages.values():
            stage.dress(effect)

    def present(self, key: bytes, appearance: Appearance, effect: Effect | None) -> None:
        """Begin on the first display now, on each other one a little later."""
        self._presenting, self._not_ended = key, set(self._stages)
        now_ns = time.monotonic_ns()
        for place, (number, stage) in enumerate(list(self._stages.items())):
            later_ns = place * self._stagger_ns if appearance is Appearance.TRANSITION else 0
            if not later_ns:
                stage.present(key, appearance, effect)
                continue

            def begin(number: int = number) -> None:
                self._to_begin.pop(number, None)
                if number in self._stages:
                    self._stages[number].present(key, appearance, effect)

            self._to_begin[number] = begin
            self._scheduler.at(f"display {number}", now_ns + later_ns, begin)

    def hurry(self) -> None:
        """End on every display at once; one whose turn has not come begins now."""
        for number, begin in list(self._to_begin.items()):
            self._scheduler.forget(f"display {number}")
            begin()
        for stage in self._stages.values():
            stage.hurry()

    def wake_at(self, at_ns: int, *, on_beat: bool) -> None:
        """Have the first display keep the time."""
        self._stages[_FIRST].wake_at(at_ns, on_beat=on_beat)

    def _settle(self, waiting: set[int], number: int, cue: Cue) -> None:
        if number in waiting:
            waiting.discard(number)
            if not waiting:
                self._report(cue)
