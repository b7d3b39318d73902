"""Where the parts are put together.

Role: the composition root of a show: options in, a running show, a report out. Counterpart:
`cli.play` calls `play`; nothing else imports this module.

Guarantees: when `play` returns, by whatever way the show ended, no worker and no thread of ours is
left, and standard error is the real one.
"""

import functools
import gc
import os
import random
import sys
import time
from collections.abc import Callable, MutableMapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from PySide6.QtCore import QLoggingCategory, qCInfo
from PySide6.QtGui import QGuiApplication, QScreen
from PySide6.QtQuick import QQuickView

from stillframe.cache.frames import FrameCache
from stillframe.contracts import remote
from stillframe.contracts.audio import OFF
from stillframe.contracts.control import LogLevel
from stillframe.contracts.feeds import FeedSource
from stillframe.contracts.images import Mode, Profile
from stillframe.contracts.library import Order
from stillframe.contracts.pixels import Size
from stillframe.library.timeline import Timeline
from stillframe.player import frame_log, shader_cache
from stillframe.player.bells import Bell, Interruptions
from stillframe.player.frames import FrameProvider
from stillframe.player.gallery import Gallery
from stillframe.player.keys import Intent
from stillframe.player.music import Music
from stillframe.player.scheduler import Scheduler
from stillframe.player.stage import Hanging, QtStage
from stillframe.player.stalls import StallMeter
from stillframe.player.window import PhotoWindow, close_all, largest_surface
from stillframe.player.x11 import end_with_server
from stillframe.remote.address import runtime_folder
from stillframe.remote.server import Server
from stillframe.settings import Settings
from stillframe.show import noting, script
from stillframe.show.desk import ShowDesk
from stillframe.show.director import Director, Pace
from stillframe.show.ears import AUDIO, Ears
from stillframe.show.gathering import FeedPlan, plan_of
from stillframe.show.journal import print_to
from stillframe.show.memory import plan_arena
from stillframe.show.records import Records
from stillframe.show.repertoire import NO_FILES
from stillframe.show.repertoire import plan_of as plan_of_transitions
from stillframe.show.report import Report, process_age_ms
from stillframe.show.runtime import Plot, Runtime
from stillframe.show.shading import Shelf
from stillframe.show.sources import Group, Sources, scene_size
from stillframe.show.specs import Places, decoders, worker_specs
from stillframe.show.stagecraft import TransitionPlan
from stillframe.show.trying import Trial, Verdict
from stillframe.show.trying import keep as keep_verdict
from stillframe.supervision.last_resort import LastResort
from stillframe.supervision.supervisor import Reader, Supervisor
from stillframe.transitions.choice import History
from stillframe.transitions.dropped import Dropped
from stillframe.transitions.registry import BUILT_IN
from stillframe.transport.arena import ArenaShape

_NS_PER_S: Final = 1_000_000_000
# Drawing has begun by then, and with it whatever it keeps.
_RESERVE_AFTER_NS: Final = 2_000_000_000
# A window closes in a fraction of a second, unless its driver does not answer.
_CLOSE_GRACE_S: Final = 4.0
# Beyond every worker's own time to stop; then the daemon thread is left to the exit, and each
# worker's ties to its parent end it.
_STOP_TIMEOUT_S: Final = 5.0


@dataclass(frozen=True)
class PlayOptions:
    """What a person asked for.

    Attributes:
        feeds: which feeds are asked for photos too.
        groups: where to look for photos, in order; the painted scenes come last by themselves.
        windowed: the window's size in pixels, None for full screen.
        seed: of the photos' order, None for another one each time.
        exit_after_s: how long to play, None for ever.
        measure: whether to have Qt log its frames, for the report.
        places: where the workers find and keep things; the groups' roots are among them.
        state_folder: where the log and what shows remember is kept; None keeps nothing.
        own_transitions: a person's own, beside those that come with the product.
        on_torn_off: gets the report where `play` cannot return, because the screen does not answer:
            on a thread of its own, after which the process ends.
        on_open: called on Qt's thread once the window is open, for those who measure or watch.
    """

    settings: Settings
    groups: tuple[Group, ...]
    windowed: Size | None
    seed: int | None
    exit_after_s: float | None
    measure: bool
    places: Places
    feeds: tuple[FeedSource, ...] = ()
    state_folder: Path | None = None
    on_open: Callable[[QQuickView], None] | None = None
    own_transitions: Shelf = NO_FILES
    on_torn_off: Callable[[Report], object] = id


def play(options: PlayOptions, environ: MutableMapping[str, str]) -> Report:
    """Run a show until it is ended, and report what it did."""
    _prepare_qt(environ, measure=options.measure)
    tap = frame_log.StderrTap() if options.measure else None
    terminal = print_to(tap.stderr_fd if tap else 2)
    records = Records(terminal, options.settings.log, options.state_folder)
    try:
        return _Show(options, records, tap, environ).run()
    finally:
        records.close()
        if tap is not None:
            tap.restore()


def _prepare_qt(environ: MutableMapping[str, str], *, measure: bool) -> None:
    """Set what Qt reads once, when it starts; what the person has set stays."""
    environ.setdefault("QSG_RENDER_LOOP", "threaded")
    # Animations follow the clock, not a count of frames: right where nothing throttles to a
    # display, as under Xvfb, and where a display drops to another rate.
    environ.setdefault("QSG_USE_SIMPLE_ANIMATION_DRIVER", "1")
    if measure:
        frame_log.enable(environ)
    if not shader_cache.has_room(environ):
        # Mesa maps its cache into memory; writing to it where the disk is full ends the process.
        for name in ("MESA_SHADER_CACHE_DISABLE", "QT_DISABLE_SHADER_DISK_CACHE"):
            environ.setdefault(name, "true")


class _Show:
    """One show: its parts, and the wires between them."""

    def __init__(
        self,
        options: PlayOptions,
        records: Records,
        tap: frame_log.StderrTap | None,
        environ: MutableMapping[str, str],
    ) -> None:
        self._options, self._records, self._tap = options, records, tap
        self._environ, self._journal = environ, records.journal
        self._connected = True
        self._qt = QGuiApplication.instance() or QGuiApplication([sys.argv[0]])
        self._qt.setApplicationName("stillframe")
        end_with_server()
        self._motion_log = QLoggingCategory(frame_log.MOTION_CATEGORY)  # type: ignore[arg-type]
        self._frames_seen = frame_log.FrameLog(functools.partial(noting.qt, self._journal))
        self._arena = _arena_of(options)
        self._bell = Bell(self._on_bell)
        # Jitter of restarts needs no secrecy, and the order of photos is the person's to repeat.
        rng = random.Random(options.seed)  # noqa: S311
        readers: dict[int, Reader] = {tap.read_fd: self._read_log} if tap else {}
        self._last_resort = LastResort(_CLOSE_GRACE_S, self._tear_off)
        self._desk = ShowDesk(
            lambda: self._supervisor,
            view=lambda: self._runtime.view,
            intervals_ms=lambda: self._frames_seen.intervals_ms,
            wake=self._bell.ring,
            leaving=self._last_resort.want,
        )
        self._server = self._listen(environ)
        if self._server is not None:
            readers[self._server.fileno()] = self._server.serve
        self._supervisor = Supervisor(
            worker_specs(
                options.settings,
                self._arena,
                options.places,
                # An order that is to be repeated must not depend on what was shown before.
                steady=options.seed is not None,
                cores=_cores(),
                environ=environ,
            ),
            notify=self._bell.ring,
            rng=random.Random(rng.random()),  # noqa: S311
            environ=environ,
            readers=readers,
            quarantine=records.load(),
        )
        self._runtime = self._make_runtime(rng)
        self._stalls: StallMeter | None = None
        self._supervisor.start()

    def run(self) -> Report:
        """Open the window, play, and take everything down again."""
        with Interruptions(self._qt.quit) as interruptions:
            try:
                self._open()
                self._last_resort.start(
                    watched=interruptions.descriptor, wanted_in_s=self._options.exit_after_s
                )
                # Nothing made so far will become garbage: later collections need not look at it.
                gc.collect()
                gc.freeze()
                # Anything else than 0 is Qt's own: the connection to the display broke.
                self._connected = self._qt.exec() == 0
            finally:
                self._close()
        return self._report()

    def _report(self) -> Report:
        return self._runtime.tally.report(
            frames_presented=self._frames_seen.presented if self._tap else None,
            intervals_ms=self._frames_seen.intervals_ms,
            gui_stall_ms_max=self._stalls.max_ms if self._stalls else None,
        )

    def _listen(self, environ: MutableMapping[str, str]) -> Server | None:
        """Open the control socket; a show without one is a show all the same."""
        try:
            return Server(runtime_folder(environ), self._desk)
        except OSError as error:
            self._journal.note(
                "HEALTH", "no control socket", level=LogLevel.WARNING, cause=str(error)
            )
            return None

    def _make_runtime(self, rng: random.Random) -> Runtime:
        settings = self._options.settings
        profile = Profile(
            mode=Mode(settings.show.mode),
            sharpen=settings.images.sharpen,
            interest=settings.show.pan_zoom,
        )
        # So many slots less than there are: each worker always has one to write into.
        slots = self._arena.slot_count - decoders(settings, _cores())
        cache = FrameCache(slots * self._arena.slot_bytes)
        timeline = Timeline(
            rng,
            local_ratio=settings.show.local_ratio,
            shuffled=Order(settings.show.order) is Order.SHUFFLE,
        )
        pace = Pace(
            interval_ns=round(settings.show.interval_s * _NS_PER_S),
            look_ahead=settings.show.look_ahead,
        )
        return Runtime(
            Plot(
                profile,
                self._arena,
                self._options.places.scenes,
                scene_size(largest_surface(self._options.windowed)),
                self._records.remember,
                self._transitions_plan(),
                random.Random(rng.random()),  # noqa: S311
                self._feed_plan(),
            ),
            director=Director(timeline, cache, profile=profile, pace=pace),
            sources=Sources(self._options.groups),
            engine=self._supervisor,
            journal=self._journal,
            age_ms=process_age_ms,
        )

    def _transitions_plan(self) -> TransitionPlan:
        plan = plan_of_transitions(self._options.settings, BUILT_IN, self._options.own_transitions)
        # An order that is to be repeated must not depend on what was played before.
        history = self._records.load_history() if self._options.seed is None else History()
        return replace(
            plan,
            trial=Trial(self._keep_verdict, functools.partial(noting.untried, self._journal)),
            history=history,
            remember=self._records.remember_history,
        )

    def _keep_verdict(self, file: Dropped, verdict: Verdict) -> None:
        self._records.disk.post(functools.partial(keep_verdict, file, verdict))
        if not verdict.problem:
            self._journal.note("SHOW", "transition joins", transition=file.transition.id)

    def _make_ears(self) -> Ears | None:
        audio = self._options.settings.audio
        if audio.source == OFF:
            return None
        silence = functools.partial(noting.silence, self._journal)
        return Ears(audio, self._supervisor, self._supervisor.latest(AUDIO), silence)

    def _feed_plan(self) -> FeedPlan | None:
        settings, places = self._options.settings, self._options.places
        if not places.mirror:
            return None
        return plan_of(self._options.feeds, settings.feeds, settings.show.interval_s)

    def _open(self) -> None:
        others = self._other_screens()
        self._windows = [self._make_window() for _ in range(1 + len(others))]
        self._window = self._windows[0]
        scheduler = Scheduler(self._window)
        self._gallery = Gallery(
            scheduler,
            stagger_ns=round(self._options.settings.show.stagger_s * _NS_PER_S),
            report=self._runtime.cue,
            motion=self._on_motion,
        )
        stage, *_ = [self._hang(number, scheduler) for number in range(len(self._windows))]
        self._runtime.stagecraft.tell_refusals(functools.partial(noting.refused, self._journal))
        for said in self._options.own_transitions.refused:
            self._runtime.stagecraft.refuse(*said.split(": ", 1))
        self._window.open(self._options.windowed)
        for window, screen in zip(self._windows[1:], others, strict=True):
            window.open(None, screen)
        self._qt.screenRemoved.connect(self._on_screen_removed)  # type: ignore[attr-defined]
        self._stalls = StallMeter(scheduler) if self._options.measure else None
        if self._options.exit_after_s is not None:
            end_ns = time.monotonic_ns() + round(self._options.exit_after_s * _NS_PER_S)
            scheduler.at("exit", end_ns, self._qt.quit)
        scheduler.at("shader cache", time.monotonic_ns() + _RESERVE_AFTER_NS, self._reserve)
        self._ears = self._make_ears()
        self._music = Music(self._window, stage, scheduler, self._options.settings, self._ears)
        self._runtime.begin(self._gallery, self._ears)
        self._music.begin()
        self._on_resize()
        if self._options.on_open is not None:
            self._options.on_open(self._window)

    def _other_screens(self) -> list[QScreen]:
        """Return where the show plays besides the first screen; a window is on one alone."""
        if self._options.settings.show.displays == "one" or self._options.windowed is not None:
            return []
        first = QGuiApplication.primaryScreen()
        return [screen for screen in QGuiApplication.screens() if screen is not first]

    def _make_window(self) -> PhotoWindow:
        return PhotoWindow(
            FrameProvider(),
            mat_colour=self._options.settings.show.mat_colour,
            on_intent=self._on_intent,
            on_resize=self._on_resize,
        )

    def _hang(self, number: int, scheduler: Scheduler) -> QtStage:
        """Put a stage into a window; the first one's scheduler is the show's."""
        window, gallery = self._windows[number], self._gallery
        stage = QtStage(
            window,
            window.frames,
            scheduler=scheduler,
            hanging=Hanging.of(self._options.settings.show, self._runtime.stagecraft.longest_s),
            report=lambda cue: gallery.hear(number, cue),
            motion=lambda moving: gallery.note_motion(number, moving=moving),
        )
        stage.tell_failures(self._on_shader_failed)
        gallery.hang(number, stage)
        return stage

    def _on_screen_removed(self, screen: QScreen) -> None:
        for number, window in enumerate(self._windows):
            if number and window.screen() in (screen, None, self._window.screen()):
                window.hide()
                self._gallery.leave(number)

    def _reserve(self) -> None:
        self._records.disk.post(functools.partial(shader_cache.reserve, self._environ))

    def _close(self) -> None:
        """Take the show down: the window first, because it reads what the workers wrote."""
        ears = getattr(self, "_ears", None)
        self._last_resort.want()
        windows = getattr(self, "_windows", ())
        close_all(self._qt, windows, connected=self._connected)
        self._last_resort.disarm()
        for window in windows:
            window.engine().removeImageProvider("frames")
            window.engine().removeImageProvider("sounds")
            window.setSource("")
        self._runtime.end()
        self._stop_workers()
        while self._runtime.drain():
            pass
        if self._server is not None:
            self._server.close()
        self._bell.close()
        if ears is not None:
            ears.close()

    def _stop_workers(self) -> None:
        self._supervisor.stop()
        if not self._supervisor.join(_STOP_TIMEOUT_S):
            self._journal.note(
                "HEALTH",
                "supervisor did not stop",
                level=LogLevel.ERROR,
                after_s=_STOP_TIMEOUT_S,
            )

    def _tear_off(self) -> None:
        """End the process although Qt's thread, or the one that draws, does not answer.

        Runs on a thread of its own. What is lost is what those two still had to say.
        """
        try:
            self._journal.note(
                "HEALTH",
                "the screen does not answer: left without closing it",
                level=LogLevel.ERROR,
                after_s=_CLOSE_GRACE_S,
            )
            self._stop_workers()
            self._options.on_torn_off(self._report())
            if self._server is not None:
                self._server.close()
            self._records.close()
        finally:
            os._exit(0)

    def _on_bell(self) -> None:
        while (wish := self._desk.take()) is not None:
            self._on_wish(wish)
        if self._runtime.drain():
            self._bell.ring()

    def _on_resize(self) -> None:
        if hasattr(self, "_gallery"):
            self._gallery.target(self._runtime.surface(self._gallery.surface))

    def _on_wish(self, wish: remote.Intent) -> None:
        match wish:
            case remote.Intent.PAUSE | remote.Intent.RESUME:
                self._runtime.cue(script.PauseSet(paused=wish is remote.Intent.PAUSE))
            case _:
                self._on_intent(Intent(wish.value))

    def _on_intent(self, intent: Intent) -> None:
        match intent:
            case Intent.QUIT:
                self._qt.quit()
            case Intent.NEXT:
                self._runtime.cue(script.Stepped(+1))
            case Intent.PREVIOUS:
                self._runtime.cue(script.Stepped(-1))
            case Intent.PAUSE:
                self._runtime.cue(script.PauseToggled())
            case Intent.FULLSCREEN:
                self._window.toggle_fullscreen()
            case Intent.VISUALIZER:
                self._music.next_style()
                self._journal.note("SHOW", "visualizer", style=self._music.visualizer.style)

    def _on_motion(self, moving: bool) -> None:  # noqa: FBT001 - Qt-like callback of one value
        if self._tap is not None:
            # The stubs say bytes; PySide takes text and refuses bytes.
            qCInfo(self._motion_log, frame_log.BEGIN if moving else frame_log.END)  # type: ignore[arg-type]

    def _on_shader_failed(self, name: str, log: str) -> None:
        if self._runtime.stagecraft.bar(name):
            noting.unplayable(self._journal, name, log)

    def _read_log(self, now_ns: int) -> None:
        del now_ns
        if self._tap is not None:
            self._frames_seen.feed(self._tap.read())


def _arena_of(options: PlayOptions) -> ArenaShape:
    return plan_arena(
        budget_bytes=options.settings.images.arena_bytes,
        ram_bytes=os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
        screen=largest_surface(options.windowed),
        look_ahead=options.settings.show.look_ahead,
        writers=decoders(options.settings, _cores()),
    )


def _cores() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0))
