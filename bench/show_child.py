"""One measured show, in a process of its own.

Role: plays a real show in a small window for some seconds while something else decodes, and prints
what was seen of it as one line of JSON. Counterpart: `bench.shows` starts it, on a screen that
outlives it; the benches compare.

Guarantees: one transition follows another without a rest; the frames are counted by the product's
own log. Nothing is done to the show's process but what the order says: a full collection of
garbage holds the show up, so only a show that is asked to `collect` has any but its own.
"""

import collections
import contextlib
import gc
import os
import sys
import time
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import msgspec
from PySide6.QtCore import QCoreApplication, QEvent, Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtQuick import QQuickView

from bench import watching
from bench.frame_marks import STALL_CATEGORY, FrameMarks, Late, Motion
from bench.gc_pauses import GcPauses, full_collection_ms
from bench.loads import loaded
from bench.resident import Resident
from bench.troubled import Trouble
from stillframe import app
from stillframe.contracts.feeds import FeedSource
from stillframe.contracts.pixels import Size
from stillframe.player import frame_log
from stillframe.settings import Settings, load
from stillframe.show.code import code_folders, network_files, shader_compiler
from stillframe.show.repertoire import NO_FILES
from stillframe.show.report import Report
from stillframe.show.shading import Shelf, look_into
from stillframe.show.sources import Group
from stillframe.show.specs import Places
from stillframe.show.stagecraft import Effect

WINDOW_PX: Final = (640, 360)
_STALL_EVERY_MS, _STALL_S = 2000, 0.5
# In a show of all transitions, each is held up this far into it.
_STALL_AT: Final = 0.3
# From when on stalls and collections are counted: a show that starts has a window to open.
_SETTLED_MS: Final = 3000
_LEAST_MOTIONS: Final = 3


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """What to play, and beside what.

    Attributes:
        photos: the folder that is shown.
        play_s: how long the show is; at least so long, with `patience_s`.
        patience_s: how much longer it may go on until there is what to measure: some transitions,
            and a worker that has been in trouble for half of `play_s`, if one is to be.
        load: `none`, `worker` or `threads`.
        heavy: the photos that the load decodes, again and again.
        stalls: whether Python is held up now and then.
        transition_s: how long one photo gives way to the next.
        step_ms: between two steps; longer than a transition, or photos are passed over.
        feeds: addresses of feeds that the show follows too, all of this machine.
        home: where the show keeps what feeds bring, what it paints and what it bakes.
        own: a folder of a person's transitions.
        trouble: which worker is in trouble, if one is.
        flags: more settings, as on the command line.
        file: more settings, as in the settings file.
        in_turn: transitions that play, each in its turn, until all have played, which ends the
            show; with `stalls`, each is held up once.
        collect: whether the show ends with full collections of garbage, which are timed.
    """

    photos: str
    play_s: float
    patience_s: float = 0.0
    heavy: list[str] = msgspec.field(default_factory=list)
    load: str = "none"
    stalls: bool = False
    transition_s: float = 1.0
    step_ms: int = 1100
    feeds: list[str] = msgspec.field(default_factory=list)
    home: str = ""
    own: str = ""
    trouble: Trouble | None = None
    flags: dict[str, str] = msgspec.field(default_factory=dict)
    file: str = ""
    in_turn: list[str] = msgspec.field(default_factory=list)
    collect: bool = False


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """What came of it. Intervals are whole milliseconds, as Qt's log counts them."""

    intervals_ms: list[float]
    gui_stall_ms_max: float
    lates: list[Late]
    """Each time that the interface's thread was late, once the show had settled."""
    transitions: int
    motions: list[Motion]
    decoded: int
    load_cpu_s: float
    supervisor_share: float
    """Of a processor, that the supervisor's thread took until the last step."""
    faults: int
    """How often the worker in trouble was in trouble."""
    resident_bytes: list[int]
    """Of the interface, at each step."""
    gc_counts: list[int]
    gc_longest_ms: list[float]
    """Of each generation, once the show had settled."""
    gc_full_ms: tuple[float, float] | None
    """What a full collection takes, and what it would without `gc.freeze`."""

    @property
    def settled_stall_ms_max(self) -> float:
        """The longest lateness."""
        return max((late.late_ms for late in self.lates), default=0.0)


def main(text: str) -> None:
    """Play the show of an `Order` and print what was `Seen`."""
    order = msgspec.json.decode(text, type=Order)
    os.environ["QT_LOGGING_RULES"] = watching.LOG_RULES
    settings = _settings(order)
    tally = os.path.join(order.home, "faults")
    marks, driver, pauses = FrameMarks(), Driver(order, tally), GcPauses()
    with (
        watching.logged(marks) as logs,
        watching.stalls_marked(),
        watching.small_scenes(Size(*WINDOW_PX)),
        watching.plays_marked(driver.on_play),
        watching.in_turn(driver.played) if order.in_turn else contextlib.nullcontext(),
        watching.in_trouble(order.trouble, tally),
        loaded(order.load, order.heavy, settings) as load_now,
    ):
        report = _play(order, settings, driver, pauses)
        decoded, cpu_s = load_now()
    seen = Seen(
        intervals_ms=[float(ms) for log in logs for ms in log.intervals_ms.elements()],
        gui_stall_ms_max=report.gui_stall_ms_max or 0.0,
        lates=marks.lates,
        transitions=report.transitions,
        motions=marks.motions,
        decoded=decoded,
        load_cpu_s=cpu_s,
        supervisor_share=driver.supervisor_share,
        faults=driver.faults(),
        resident_bytes=driver.resident_bytes,
        gc_counts=pauses.counts,
        gc_longest_ms=pauses.longest_ms,
        gc_full_ms=driver.gc_full_ms,
    )
    print(msgspec.json.encode(seen).decode())


def _play(order: Order, settings: Settings, driver: "Driver", pauses: GcPauses) -> Report:
    places = _places(order)

    def on_open(view: QQuickView) -> None:
        watching.MarkedMeter.settled_ns = time.monotonic_ns() + _SETTLED_MS * 1_000_000
        # The collection that ends the start is the show's own, and comes before the first photo.
        QTimer.singleShot(_SETTLED_MS, view, lambda: gc.callbacks.append(pauses.note))
        driver.begin(view)

    return app.play(
        app.PlayOptions(
            settings=settings,
            groups=(Group("the bench's photos", places.roots),),
            windowed=Size(*WINDOW_PX),
            seed=1,
            exit_after_s=order.play_s + order.patience_s,
            measure=True,
            places=places,
            feeds=tuple(FeedSource(url=url) for url in order.feeds),
            on_open=on_open,
            own_transitions=_own(order, places),
        ),
        os.environ,
    )


def _places(order: Order) -> Places:
    photos, home = os.fsencode(order.photos), os.fsencode(order.home or order.photos)
    return Places(
        roots=(photos,),
        scenes=home + b"/scenes",
        index=home + b"/.index",
        code=code_folders(),
        network=network_files() if order.feeds else (),
        mirror=home + b"/feeds" if order.feeds else b"",
        shaders=home + b"/shaders" if order.own else b"",
        compiler=shader_compiler() if order.own else b"",
    )


def _own(order: Order, places: Places) -> Shelf:
    return look_into(Path(order.own), places.shaders) if order.own else NO_FILES


def _settings(order: Order) -> Settings:
    flags = {
        "--interval": "10",
        "--transition-duration": str(order.transition_s),
        "--allow-host": ",".join(urlsplit(url).netloc for url in order.feeds),
        **order.flags,
    }
    return load(file_text=order.file or None, file_name="the bench's", environ={}, flags=flags)


class Driver:
    """Asks for one photo after another, as a finger on the key would, and holds Python up."""

    def __init__(self, order: Order, tally: str) -> None:
        """Prepare; `tally` is the file in which the worker in trouble counts."""
        self._order, self._tally = order, tally
        self.played: collections.Counter[str] = collections.Counter()
        self._steps_left = 2  # in a show of all transitions, once all play
        self._trouble_s: float | None = None  # when the worker was in trouble first
        self.resident_bytes: list[int] = []
        self.supervisor_share = 0.0
        self.gc_full_ms: tuple[float, float] | None = None

    def begin(self, view: QQuickView) -> None:
        """Begin, once the window is open."""
        self._view, self._begun_s = view, time.monotonic()
        steps = QTimer(view)
        steps.timeout.connect(self._step)
        steps.start(self._order.step_ms)
        if self._order.collect:
            QTimer.singleShot(round(self._order.play_s * 1000) - 500, view, self._collect)
        if self._order.stalls and not self._order.in_turn:
            stall = QTimer(view)
            stall.timeout.connect(_hold_up)
            stall.start(_STALL_EVERY_MS)

    def on_play(self, effect: Effect) -> None:
        """Note which transition plays."""
        self.played[effect.transition.id] += 1
        if self._order.stalls and self._order.in_turn:
            QTimer.singleShot(round(effect.duration_s * 1000 * _STALL_AT), self._view, _hold_up)

    def _step(self) -> None:
        now_s = time.monotonic()
        if self._is_done(now_s):
            QCoreApplication.quit()
        self.resident_bytes.append(Resident.of(os.getpid()).now_bytes)
        self.supervisor_share = watching.supervisor_cpu_s() / (now_s - self._begun_s)
        no_modifier = Qt.KeyboardModifier.NoModifier
        for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            event = QKeyEvent(kind, Qt.Key.Key_Right, no_modifier)
            QCoreApplication.postEvent(self._view, event)

    def faults(self) -> int:
        """Return how often the worker was in trouble so far."""
        return os.path.getsize(self._tally) if os.path.exists(self._tally) else 0

    def _is_done(self, now_s: float) -> bool:
        """Say whether the show may end before its last moment."""
        order = self._order
        if order.in_turn:
            self._steps_left -= self.played.keys() >= set(order.in_turn)
            return self._steps_left <= 0
        if self._trouble_s is None and self.faults():
            self._trouble_s = now_s
        since_s = now_s - (self._trouble_s or now_s)
        return (
            order.patience_s > 0
            and now_s - self._begun_s >= order.play_s
            and self.played.total() >= _LEAST_MOTIONS
            and (order.trouble is None or since_s >= order.play_s / 2)
        )

    def _collect(self) -> None:
        self.gc_full_ms = full_collection_ms()


def _hold_up() -> None:
    watching.say(STALL_CATEGORY, frame_log.BEGIN)
    end_s = time.monotonic() + _STALL_S
    while time.monotonic() < end_s:  # holds the interpreter's lock, as a real bug would
        pass
    watching.say(STALL_CATEGORY, frame_log.END)


if __name__ == "__main__":
    main(sys.argv[1])
