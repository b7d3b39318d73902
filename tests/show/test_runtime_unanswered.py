"""A whole show on an engine that never answers: every call returns, and none waits for anything.

The engine is the real one, with real processes; after the first photo each of them hangs for ever,
and so does the supervisor's thread. It is let go only when all calls have come back: one that waits
for it would never do so.
"""

import itertools
import os
import queue
import random
import select
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import get_args

import pytest

from crew import PATIENCE_S, environment
from engine import RecordingStage
from leases import lease
from stillframe.cache.frames import FrameCache
from stillframe.contracts.feeds import FeedSource, PriorityPolicy
from stillframe.contracts.hearing import HEARING_CAP_BYTES
from stillframe.contracts.images import Profile
from stillframe.contracts.pixels import Size
from stillframe.contracts.quarantine import Quarantined
from stillframe.contracts.wire import PROTOCOLS
from stillframe.library.photos import Photo
from stillframe.library.timeline import Timeline
from stillframe.settings import load
from stillframe.show import script
from stillframe.show.director import Director, Pace
from stillframe.show.ears import AUDIO, Ears
from stillframe.show.gathering import FeedPlan
from stillframe.show.journal import Journal
from stillframe.show.repertoire import plan_of
from stillframe.show.runtime import Plot, Runtime
from stillframe.show.sources import Group, Sources
from stillframe.supervision import events
from stillframe.supervision.events import Cancel, Release, Submit
from stillframe.supervision.spec import Heartbeat, Limits, Shutdown, WorkerSpec
from stillframe.supervision.supervisor import Supervisor
from stillframe.transitions.registry import BUILT_IN
from stillframe.transport.arena import ArenaShape
from stillframe.transport.latest import LatestShape
from waits import counted_waits
from worker_sim import Act, Script

ARENA = ArenaShape(8, 64 * 1024)
SIZES = (Size(64, 36), Size(96, 54))
# A transition with a table: one that has to be baked, and never is.
SETTINGS = load(file_text='[transitions]\ntype = "ink"\n', file_name="", environ={}, flags={})
FEEDS = FeedPlan((FeedSource(url="https://a.example/"),), 30, 60.0, PriorityPolicy())
FRAMES = 3
# Of a grant that there never was, in a slot that there is.
_NOBODYS = 4096 * 1000
ROUNDS = 20
# When the window changes its size, photos are asked for that are not wanted so any more.
RESTLESS = range(ROUNDS // 2, ROUNDS)
# What each kind still does before it hangs: a show needs a photo to go on with.
SCRIPTS = {
    "images": Script(act=Act.HANG, at=FRAMES + 1),
    "library": Script(act=Act.HANG, containing="Follow("),
    "feeds": Script(act=Act.HANG, at=2),
    "feedparse": Script(act=Act.HANG),
    "scenes": Script(act=Act.HANG),
    "transitions": Script(act=Act.HANG),
    "audio": Script(act=Act.HANG),
}


def spec(name: str) -> WorkerSpec:
    """Return a kind that answers a little, hangs then, and is borne with."""
    return WorkerSpec(
        name=name,
        module=f"simulated.{name}",
        protocol=PROTOCOLS[name],
        arena=ARENA if name in ("images", "transitions") else None,
        latest=LatestShape(HEARING_CAP_BYTES) if name == AUDIO else None,
        settings=SCRIPTS[name].to_settings(),
        eager=False,
        heartbeat=Heartbeat(missed=1_000_000),
        shutdown=Shutdown(wait_s=0.0),
        limits=Limits(niceness=0),
    )


class Performance:
    """The product's runtime on a supervisor whose thread a test can hold."""

    def __init__(self) -> None:
        self._here, self._there = os.pipe()
        self._held, self.go_on = threading.Event(), threading.Event()
        self.engine = Supervisor(
            [spec(name) for name in SCRIPTS],
            rng=random.Random(1),
            environ=environment(),
            readers={self._here: self._stand_still},
        )
        self.stage, self.journal = RecordingStage(), Journal(str)
        self.ears = Ears(SETTINGS.audio, self.engine, self.engine.latest(AUDIO))
        self.remembered: list[tuple[Quarantined, ...]] = []
        plot = Plot(
            Profile(),
            ARENA,
            b"/scenes",
            Size(640, 360),
            self.remembered.append,
            plan_of(SETTINGS, BUILT_IN),
            random.Random(1),
            FEEDS,
        )
        director = Director(
            Timeline(random.Random(1)),
            FrameCache(7 * ARENA.slot_bytes),
            profile=plot.profile,
            pace=Pace(interval_ns=10**9, look_ahead=2),
        )
        self.runtime = Runtime(
            plot,
            director=director,
            sources=Sources([Group("the given paths", (b"/p",))]),
            engine=self.engine,
            journal=self.journal,
            age_ms=lambda: 1.0,
        )

    @classmethod
    @contextmanager
    def begun(cls) -> Iterator["Performance"]:
        """Yield a show with its first photo on screen, whose engine does nothing any more."""
        it = cls()
        it.engine.start()
        try:
            it.runtime.begin(it.stage, it.ears)
            it.runtime.surface(SIZES[0])
            it.ears.listen(on=True)
            it.until(lambda: bool(it.stage.uploaded))
            it.runtime.cue(script.Uploaded(it.key))
            it.runtime.cue(script.TransitionEnded(it.key))
            it.until_ahead()
            os.write(it._there, b"x")
            assert it._held.wait(PATIENCE_S)
            yield it
        finally:
            it.go_on.set()
            it.engine.stop()
            assert it.engine.join(PATIENCE_S)
            it.journal.close(PATIENCE_S)
            os.close(it._here)
            os.close(it._there)

    @property
    def key(self) -> bytes:
        """The key of the frame that was uploaded last."""
        return self.stage.uploaded[-1].key

    def until(self, condition: Callable[[], bool]) -> None:
        """Take what the engine says until something is so."""
        deadline = time.monotonic() + PATIENCE_S
        while not condition():
            assert time.monotonic() < deadline
            self.runtime.drain()

    def until_ahead(self) -> None:
        """Wait until the frames that come next are there, and leave them where they are."""
        deadline = time.monotonic() + PATIENCE_S

        def ahead() -> int:
            waiting = [e for e in tuple(self.engine._outbox) if isinstance(e, events.Completed)]
            return sum(event.request.worker == "images" for event in waiting)

        while len(self.stage.uploaded) + ahead() < FRAMES:
            assert time.monotonic() < deadline

    def cues(self, number: int) -> list[script.Cue]:
        """Return one of every word that the runtime is told."""
        new, never = Photo(b"/new/%d" % number), lease(_NOBODYS + number % ARENA.slot_count)
        return [
            script.Found((new,)),
            script.Vanished((b"/new/%d" % (number - 1),)),
            script.SourcesEnded(),
            script.SurfaceChanged(SIZES[number % 2] if number in RESTLESS else SIZES[0]),
            script.FrameArrived(b"nobody asked", never, ARENA.slot_bytes),
            script.FrameRefused(b"nobody asked", "empty", "0 bytes"),
            script.FrameMissed(self.key),
            script.DecoderChanged(available=number % 2 == 0),
            script.Uploaded(self.key),
            script.TransitionEnded(self.key),
            script.Stepped(1),
            script.Stepped(-1),
            script.PauseToggled(),
            script.PauseSet(paused=False),
            script.TimePassed(),
        ]

    def play(self) -> None:
        """Go through every cue in many orders, and do all that an interface does beside them."""
        luck = random.Random(5)
        for number in range(ROUNDS):
            cues = self.cues(number)
            assert {type(cue) for cue in cues} == set(get_args(script.Cue))
            luck.shuffle(cues)
            for cue in cues:
                self.runtime.cue(cue)
                self.runtime.drain()
                self.ears.poll()
            self.runtime.surface(SIZES[(number + 1) % 2] if number in RESTLESS else SIZES[0])
            self.ears.listen(on=number % 2 == 0)
            self.runtime.stagecraft.bar("wipe" if number == ROUNDS // 2 else "nothing")
        self.runtime.end()
        self.ears.close()

    def _stand_still(self, now_ns: int) -> None:
        del now_ns
        os.read(self._here, 1)
        self._held.set()
        self.go_on.wait(PATIENCE_S)


def test_no_call_of_a_show_waits_for_an_engine_that_never_answers() -> None:
    with Performance.begun() as show:
        waits, returned = [], threading.Event()

        def play() -> None:
            with counted_waits() as counted:
                show.play()
            waits.append(counted)
            returned.set()

        thread = threading.Thread(target=play, daemon=True)
        thread.start()
        assert returned.wait(PATIENCE_S / 2), "a call waits for the engine"
        assert not show.go_on.is_set(), "nothing was let go before all had returned"
        assert waits == [{}]
        thread.join(PATIENCE_S)
        # It was a show, and of all that it said nothing was heard.
        unheard = tuple(show.engine._inbox)
        assert {type(command) for command in unheard} == {Submit, Cancel, Release}
        asked = {command.request.worker for command in unheard if isinstance(command, Submit)}
        assert asked == {"images", "audio", "transitions"}
        assert len(show.stage.presented) >= FRAMES


@pytest.mark.parametrize(
    ("wait", "name"),
    [
        (lambda: threading.Event().wait(0), "lock.acquire"),
        (lambda: time.sleep(0), "time.sleep"),
        (lambda: select.select([], [], [], 0), "select.select"),
        (lambda: select.poll().poll(0), "poll.poll"),
        (lambda: queue.SimpleQueue().get(block=False), "SimpleQueue.get"),
        (lambda: Path("/proc/self/stat").read_text(), "io.open"),
    ],
)
def test_a_call_that_may_wait_is_counted(wait: Callable[[], object], name: str) -> None:
    with counted_waits() as counted, suppress(queue.Empty):
        wait()
    assert counted[name]


def test_a_lock_that_is_taken_by_a_block_is_counted_and_a_deque_is_not() -> None:
    lock, numbers = threading.Lock(), itertools.count()
    with counted_waits() as counted:
        next(numbers)
        [0].append(1)
    assert not counted
    with counted_waits() as counted, lock:
        pass
    assert sum(counted.values()) == 1
