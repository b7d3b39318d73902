"""The stage: the window's side of the show.

Role: carries out `upload`, `present` and `wake_at`, and reports back. Counterpart:
`show.runtime.Stage` is the protocol, `qml/Stage.qml` the scene.

Guarantees:
- `Uploaded` is reported after a frame with the new texture bound has been presented, never from
  the loading alone, also while a photo moves: the transition's first frame then only draws.
- Nothing here waits; what takes time reports when it is done.
- A transition is `dressed` once its shader and its table were drawn at rest: its first frame is as
  the others. A shader that fails is told once, and a crossfade takes its place; where that fails
  too, photos change at a cut.
- So is one that holds the screen up, at rest or by ending late: it comes once, and no more.
"""

import enum
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import resources
from types import MappingProxyType
from typing import Any, Final, Self

from PySide6.QtCore import QEasingCurve, QMetaObject, QObject, QRectF, QSizeF, Qt, QUrl, Slot
from PySide6.QtGui import QVector4D
from PySide6.QtQuick import QQuickItem, QQuickView

from stillframe.cache.frames import CachedFrame
from stillframe.cache.keys import photo_of
from stillframe.contracts.images import Mode
from stillframe.contracts.pixels import Size
from stillframe.player.drift import LONGEST_S, drift
from stillframe.player.frames import FrameProvider
from stillframe.player.placement import place
from stillframe.player.scheduler import Scheduler
from stillframe.settings.sections.show import ShowSettings
from stillframe.show import script
from stillframe.show.effect import Effect
from stillframe.show.script import Appearance, Cue
from stillframe.transitions.declared import crossfade
from stillframe.transitions.model import Easing, Filter, Transition

_ALARM: Final = "director"
_QUEUED: Final = Qt.ConnectionType.QueuedConnection
# Long enough to be seen as a motion, short enough for a person who presses a key.
_HURRY_MS: Final = 250
_BAKED: Final = ".frag.qsb"
# To be made ready, or beyond its own time. A machine on which ten others compute is late by half of
# this; a shader that is has frames of seconds.
_HOLD_UP_CAP_NS: Final = 4_000_000_000
_SHADERS: Final = resources.files("stillframe.transitions") / "shaders"
CURVES: Final = MappingProxyType(
    {
        Easing.LINEAR: QEasingCurve.Type.Linear.value,
        Easing.IN_OUT_SINE: QEasingCurve.Type.InOutSine.value,
        Easing.IN_OUT_QUAD: QEasingCurve.Type.InOutQuad.value,
        Easing.IN_OUT_CUBIC: QEasingCurve.Type.InOutCubic.value,
        Easing.OUT_CUBIC: QEasingCurve.Type.OutCubic.value,
    }
)
"""QEasingCurve's own numbers: QML takes them where Python's enumeration would not pass."""


class _Wait(enum.Enum):
    """How far a frame is that has all that was set before it was asked for.

    Frames are drawn while nobody asks: a moving photo's come one after the other, on the render
    thread, which takes over what was set only where both threads synchronise.
    """

    NOTHING = enum.auto()
    """It has been presented, or nobody has asked."""
    ASKED = enum.auto()
    """What is said of earlier frames is still on its way to this thread."""
    SET = enum.auto()
    """The next synchronisation takes it over."""
    DRAWN = enum.auto()
    """The next frame to be presented has it."""


def shader_url(transition: Transition) -> str:
    """Return where the scene finds a transition's shader."""
    path = transition.shader or f"{_SHADERS}/{transition.id}{_BAKED}"
    return QUrl.fromLocalFile(path).toString()


def _nobody(colours: tuple[int, ...]) -> None:
    del colours


def _no_one(name: str, log: str) -> None:
    del name, log


def _no_bars(now_ns: int) -> None:
    del now_ns


@dataclass(frozen=True)
class Hanging:
    """How photos meet the surface, and how they move there.

    Attributes:
        mode: whether a photo covers the surface or is seen whole.
        zoom: how much larger a photo gets than it was, from 1, at which nothing moves.
        travel_s: how long it takes.
    """

    mode: Mode
    zoom: float = 1.0
    travel_s: float = 0.0

    @classmethod
    def of(cls, show: ShowSettings, transition_s: float) -> Self:
        """Return what settings say: from the beginning of one transition to the end of the next.

        `transition_s` is how long one may take.
        """
        if not show.pan_zoom:
            return cls(Mode(show.mode))
        seen_s = show.interval_s + 2 * transition_s
        return cls(Mode(show.mode), 1 + show.pan_zoom_by / 100, min(seen_s, LONGEST_S))


@dataclass(frozen=True)
class _Hung:
    """A photo's size, what it was made for, and how it moves."""

    size: Size
    made_for: Size
    toward: tuple[int, int]
    inward: bool


def uniforms(effect: Effect) -> Iterator[tuple[str, QVector4D | float]]:
    """Yield the block's values that a transition sets, by their names in the scene."""
    for vector in range(len(effect.floats) // 4):
        yield f"p{vector}", QVector4D(*effect.floats[4 * vector : 4 * vector + 4])
    yield "heading", QVector4D(*effect.heading, 0.0, 0.0)
    yield "seed", effect.seed
    yield "direction_place", float(effect.direction_place)


class QtStage(QObject):
    """Two images and a shader in a window."""

    def __init__(
        self,
        view: QQuickView,
        frames: FrameProvider,
        *,
        scheduler: Scheduler,
        hanging: Hanging,
        report: Callable[[Cue], None],
        motion: Callable[[bool], None],
    ) -> None:
        """Take over a view whose scene is loaded.

        Args:
            view: the window.
            frames: where the scene gets its images.
            scheduler: keeps the director's time.
            hanging: how a frame meets the surface.
            report: called with what the director wants to know.
            motion: called with True when a transition begins and False when it has ended.
        """
        super().__init__(view)
        self._view, self._frames, self._hanging = view, frames, hanging
        self._scheduler = scheduler
        self._report, self._motion = report, motion
        self._coming: CachedFrame | None = None
        self._coming_source = ""
        self._front: _Hung | None = None
        self._back: _Hung | None = None
        self._target: Size | None = None
        self._presented_key, self._inward = b"", False
        self._dress: Effect | None = None
        self._table_source = ""  # while it is being loaded
        self._upload_wait = self._dress_wait = _Wait.NOTHING
        self._marks_to_come = self._dress_since_ns = 0
        self._playing: tuple[Effect, int] | None = None  # and when it should have ended
        self._cuts_only = self._watching = False
        self._failed: Callable[[str, str], None] = _no_one
        self._colours: tuple[int, ...] = ()
        self._coloured: Callable[[tuple[int, ...]], None] = _nobody
        self._bar_line_ns: Callable[[int], int | None] = _no_bars
        scene = view.rootObject()
        scene.loaded.connect(self._on_loaded)  # type: ignore[attr-defined]
        scene.tableLoaded.connect(self._on_table_loaded)  # type: ignore[attr-defined]
        scene.shaderFailed.connect(self._on_shader_failed)  # type: ignore[attr-defined]
        # Queued: the scene is still inside its own change when it says so.
        scene.transitionEnded.connect(self._on_transition_ended, _QUEUED)  # type: ignore[attr-defined]
        self._scene: QQuickItem = scene
        painted = scene.findChild(QQuickItem, "effect")
        assert isinstance(painted, QQuickItem)  # noqa: S101 - the scene is ours
        self._effect = painted

    @property
    def surface(self) -> Size:
        """The window's size in device pixels."""
        ratio = self._view.devicePixelRatio()
        return Size(
            max(1, round(self._view.width() * ratio)), max(1, round(self._view.height() * ratio))
        )

    def target(self, target: Size) -> None:
        """Note what frames are made for from now on, and put what is shown in its new place."""
        self._target = target
        scene: Any = self._scene
        scene.place(*self._qt_rects(self._front), *self._qt_rects(self._back))

    def upload(self, frame: CachedFrame) -> None:
        """Load a frame into the back image, in place of one that was not presented."""
        self._upload_wait = _Wait.NOTHING
        header = frame.lease.header
        size = Size(header.width, header.height)
        self._coming = frame
        self._coming_source = self._frames.register(frame)
        inward = self._inward == (photo_of(frame.key) == photo_of(self._presented_key))
        self._back = _Hung(size, self._target or size, frame.looks.interest, inward)
        self._colours = frame.looks.colours
        scene: Any = self._scene
        scene.upload(self._coming_source, *self._qt_rects(self._back))

    @property
    def dressed(self) -> bool:
        """Whether the transition given last has been drawn once, with all that it needs."""
        is_drawn = self._dress_wait is _Wait.NOTHING and not self._table_source
        return self._dress is not None and is_drawn

    def dress(self, effect: Effect) -> None:
        """Set the next transition, while nothing moves."""
        if effect is self._dress:
            return
        self._dress, table = effect, effect.table
        size = QSizeF(1, 1)
        self._table_source = ""
        if table is not None:
            self._table_source = self._frames.register_table(table)
            size = QSizeF(table.header.width, table.header.height)
        smoothly = bool(effect.transition.table and effect.transition.table.filter is Filter.LINEAR)
        scene: Any = self._scene
        for name, value in uniforms(effect):
            self._effect.setProperty(name, value)
        scene.dress(shader_url(effect.transition), self._table_source, smoothly, size)
        self._wait_to_dress()

    def tell_failures(self, failed: Callable[[str, str], None]) -> None:
        """Have `failed` told which transition's shader cannot be played, and why."""
        self._failed = failed

    def present(self, key: bytes, appearance: Appearance, effect: Effect | None) -> None:
        """Begin the transition to the uploaded frame, or cut to it."""
        self._presented_key = key
        self._inward = self._back is not None and self._back.inward
        animated = appearance is Appearance.TRANSITION
        if animated:
            self._motion(True)
            self._coloured(self._colours)
        scene: Any = self._scene
        travel_ms, goes_on = round(self._hanging.travel_s * 1000), not animated
        if self._cuts_only or effect is None:
            scene.present(0, 0, travel_ms, goes_on)
            return
        self.dress(effect)
        duration_ms = max(1, round(effect.duration_s * 1000))
        self._playing = effect, time.monotonic_ns() + duration_ms * 1_000_000
        scene.present(duration_ms, CURVES[effect.easing], travel_ms, goes_on)

    def hurry(self) -> None:
        """Let the transition that plays run to its end at once, from where it is."""
        scene: Any = self._scene
        scene.hurry(_HURRY_MS)

    def wake_at(self, at_ns: int, *, on_beat: bool) -> None:
        """Have the scheduler report `TimePassed` then, or where a bar begins soon after."""
        self._scheduler.at(_ALARM, at_ns, self._on_due if on_beat else self._on_alarm)

    def tell_colours(self, coloured: Callable[[tuple[int, ...]], None]) -> None:
        """Have `coloured` told the colours of each photo that comes on screen."""
        self._coloured = coloured

    def follow(self, bar_line_ns: Callable[[int], int | None]) -> None:
        """Let photos wait for a bar of music: `bar_line_ns` says when one begins, if it is soon."""
        self._bar_line_ns = bar_line_ns

    @Slot(str)
    def _on_loaded(self, source: str) -> None:
        if source != self._coming_source or self._coming is None:
            return
        # Drawing the texture is what uploads it.
        self._upload_wait = self._ask_for_frame()

    @Slot(str)
    def _on_table_loaded(self, source: str) -> None:
        if source == self._table_source:
            self._table_source = ""
            self._wait_to_dress()

    def _wait_to_dress(self) -> None:
        self._dress_wait, self._dress_since_ns = self._ask_for_frame(), time.monotonic_ns()

    def _ask_for_frame(self) -> _Wait:
        if not self._watching:
            view, self._watching = self._view, True
            view.afterSynchronizing.connect(self._on_synchronized, _QUEUED)
            view.frameSwapped.connect(self._on_swapped, _QUEUED)
        self._marks_to_come += 1
        QMetaObject.invokeMethod(self, "_on_marked", _QUEUED)
        self._view.update()
        return _Wait.ASKED

    @Slot()
    def _on_marked(self) -> None:
        """What comes from now on is about frames after the last wish."""
        self._marks_to_come -= 1
        if not self._marks_to_come:
            self._go_on(_Wait.ASKED, _Wait.SET)

    @Slot()
    def _on_synchronized(self) -> None:
        self._go_on(_Wait.SET, _Wait.DRAWN)

    def _go_on(self, before: _Wait, after: _Wait) -> None:
        if self._upload_wait is before:
            self._upload_wait = after
        if self._dress_wait is before:
            self._dress_wait = after

    @Slot()
    def _on_swapped(self) -> None:
        if self._dress_wait is _Wait.DRAWN and not self._table_source:
            self._judge(self._dress, time.monotonic_ns() - self._dress_since_ns)
        uploaded = self._coming if self._upload_wait is _Wait.DRAWN else None
        self._go_on(_Wait.DRAWN, _Wait.NOTHING)
        if self._upload_wait is not _Wait.NOTHING or self._dress_wait is not _Wait.NOTHING:
            self._view.update()
        elif self._watching:
            self._watching = False
            self._view.afterSynchronizing.disconnect(self._on_synchronized)
            self._view.frameSwapped.disconnect(self._on_swapped)
        if uploaded is not None:
            self._coming = None
            self._report(script.Uploaded(uploaded.key))

    @Slot(str, str)
    def _on_shader_failed(self, shader: str, log: str) -> None:
        name = shader.rpartition("/")[2].removesuffix(_BAKED)
        if self._dress is not None and shader_url(self._dress.transition) == shader:
            name = self._dress.transition.id
        if name == crossfade.TRANSITION.id:
            self._cuts_only = True
        self._dress = None
        self._failed(name, log)

    def _judge(self, effect: Effect | None, held_up_ns: int) -> None:
        """Tell of a transition that holds the screen up; there is nothing below a crossfade."""
        if effect is None or effect.transition.id == crossfade.TRANSITION.id:
            return
        if held_up_ns > _HOLD_UP_CAP_NS and self._view.isExposed():
            if effect is self._dress:
                self._dress = None
            self._failed(
                effect.transition.id, f"it held the screen up for {held_up_ns / 1e9:.1f} s"
            )

    @Slot()
    def _on_transition_ended(self) -> None:
        self._motion(False)
        if self._playing is not None:
            (effect, end_ns), self._playing = self._playing, None
            self._judge(effect, time.monotonic_ns() - end_ns)
        self._front, self._back = self._back, None
        self._report(script.TransitionEnded(self._presented_key))

    def _on_due(self) -> None:
        line_ns = self._bar_line_ns(time.monotonic_ns())
        if line_ns is None:
            self._on_alarm()
        else:
            self._scheduler.at(_ALARM, line_ns, self._on_alarm)

    def _on_alarm(self) -> None:
        self._report(script.TimePassed())

    def _qt_rects(self, hung: _Hung | None) -> tuple[QRectF, QRectF]:
        """Return where a photo's motion begins and where it ends."""
        if hung is None:
            return QRectF(0, 0, 0, 0), QRectF(0, 0, 0, 0)
        mode, zoom = self._hanging.mode, self._hanging.zoom
        placed = place(hung.size, hung.made_for, self.surface, mode)
        path = drift(placed, mode, zoom, hung.toward, inward=hung.inward)
        return QRectF(*path.start), QRectF(*path.goal)
