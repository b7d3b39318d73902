"""A runtime with real decisions, between an engine that is a queue and a stage that is a list."""

import random

from engine import QueueEngine, RecordingStage
from stillframe.cache.frames import FrameCache
from stillframe.contracts.feeds import (
    FeedSource,
    PriorityPolicy,
)
from stillframe.contracts.images import Mode, Profile
from stillframe.contracts.library import Follow, Scan
from stillframe.contracts.pixels import Size
from stillframe.contracts.quarantine import Quarantined
from stillframe.library.timeline import Timeline
from stillframe.settings import load
from stillframe.show import script
from stillframe.show.director import Director, Pace
from stillframe.show.gathering import FeedPlan
from stillframe.show.journal import Journal
from stillframe.show.repertoire import plan_of
from stillframe.show.runtime import Plot, Runtime
from stillframe.show.sources import Group, Sources
from stillframe.supervision import events
from stillframe.transitions.registry import BUILT_IN
from stillframe.transport.arena import ArenaShape

HOUR_NS = 3_600_000_000_000
ARENA = ArenaShape(8, 4096 + 4096)  # room for 1024 pixels
PROFILE = Profile(mode=Mode.FIT)
SCENE_SIZE = Size(640, 360)
PLAN = FeedPlan((FeedSource(url="https://a.example/"),), 30, 60.0, PriorityPolicy())
GIVEN = Group("the given paths", (b"/p", b"/q"))
PICTURES = Group("the Pictures folder", (b"/r",))


class Play:
    """A runtime with real decisions, a queue for an engine and a list for a stage."""

    def __init__(
        self, *groups: Group, feeds: FeedPlan | None = None, transitions: str = "crossfade"
    ) -> None:
        self.lines: list[str] = []
        self.remembered: list[tuple[Quarantined, ...]] = []
        self.engine, self.stage = QueueEngine(), RecordingStage()
        self.journal = Journal(self.lines.append)
        settings = load(
            file_text=None, file_name="", environ={}, flags={"--transition": transitions}
        )
        director = Director(
            Timeline(random.Random(1)),
            FrameCache(7 * ARENA.slot_bytes),
            profile=PROFILE,
            pace=Pace(HOUR_NS, look_ahead=2),
        )
        self.runtime = Runtime(
            Plot(
                PROFILE,
                ARENA,
                b"/scenes",
                SCENE_SIZE,
                self.remembered.append,
                plan_of(settings, BUILT_IN),
                random.Random(1),
                feeds,
            ),
            director=director,
            sources=Sources(groups),
            engine=self.engine,
            journal=self.journal,
            age_ms=lambda: 123.0,
        )
        self.runtime.begin(self.stage)
        self.runtime.surface(Size(16, 9))

    def drain(self) -> None:
        """Take all that the engine says, and what follows from it."""
        while self.runtime.drain():
            pass

    def find(self, *paths: bytes) -> None:
        """Let both roots be scanned: nothing is known of them, and `paths` are found."""
        self.engine.page()
        self.drain()
        self.engine.page()
        self.drain()
        self.engine.changes(*paths)
        self.drain()

    def show_first(self) -> events.Completed:
        """Let the photo that was asked for first come on screen."""
        completed = self.engine.frame(self.engine.images()[0])
        self.drain()
        self.runtime.cue(script.Uploaded(self.engine.images()[0].cache_key))
        self.runtime.cue(script.TransitionEnded(self.engine.images()[0].cache_key))
        return completed

    def log(self) -> list[str]:
        """End the journal and return its lines."""
        self.journal.close(30)
        return self.lines


def scans(play: Play) -> list[tuple[bytes, int]]:
    asks = play.engine.questions()
    return [(ask.root, ask.cursor) for ask in asks if isinstance(ask, Scan)]


def follows(play: Play) -> list[Follow]:
    return [ask for ask in play.engine.questions() if isinstance(ask, Follow)]


def scene_numbers(play: Play) -> list[int]:
    return [request.index for request in play.engine.asked("scenes")]
