"""The show beside workers in trouble: each kind, each trouble, next to the same show without.

Role: `bench.pacing --scenario NAME`, or all of them with `--full`. Counterpart: `bench.troubled` is
the worker, `bench.show_child` the show.

Guarantees: the shows of one kind of worker, one of them at peace, take turns; each number is the
median over the rounds; only frames while a transition moves are counted. Where no photo comes
because of the trouble, the transitions before and between are what is measured; a scenario without
any says so.
"""

import contextlib
import os
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench import table
from bench.rounds import turned
from bench.sample_photos import small_photos
from bench.show_child import WINDOW_PX, Order, Seen
from bench.shows import measures, play
from bench.troubled import HANDLERS, Fault, Trouble
from feed_server import FeedServer, page
from virtual_screen import VirtualScreen

_DELAYS_S: Final = (0.1, 1.0, 10.0)
_SCREEN_PX: Final = (1280, 720)
_PLAY_S: Final = 8.0
_FEEDS: Final = 3
_PEER: Final = "at_peace"
SCENARIOS: Final = tuple(
    trouble
    for kind in HANDLERS
    for trouble in (
        *(Trouble(kind=kind, fault=Fault.SLOW, delay_s=delay_s) for delay_s in _DELAYS_S),
        *(Trouble(kind=kind, fault=fault) for fault in Fault if fault is not Fault.SLOW),
    )
)
_SOUND: Final = {"--audio": "synthetic:3", "--visualizer": "spectrum"}


def named(name: str) -> tuple[Trouble, ...]:
    """Return the scenarios that a name stands for: one, or all of a kind, or `all`.

    Raises:
        ValueError: if there is none, naming those that there are.
    """
    found = tuple(t for t in SCENARIOS if name in (t.name, t.kind, t.fault.value, "all"))
    if not found:
        raise ValueError(f"no scenario {name!r}: {', '.join(t.name for t in SCENARIOS)}")
    return found


def rows(troubles: tuple[Trouble, ...], rounds: int) -> tuple[list[table.Row], list[str]]:
    """Play them; return what is to be shown, and notes."""
    photos = small_photos(*WINDOW_PX)
    found: list[table.Row] = []
    notes: list[str] = []
    with VirtualScreen(*_SCREEN_PX) as screen, _served(photos) as feeds:
        environ = screen.environ(os.environ)
        for kind in dict.fromkeys(trouble.kind for trouble in troubles):
            world = _World(kind, feeds, photos, environ)
            cases = {_PEER: None, **{t.name: t for t in troubles if t.kind == kind}}
            seen: dict[str, list[Seen]] = {name: [] for name in cases}
            for number in range(rounds):
                for name in turned(cases, number):
                    seen[name].append(_play(world, cases[name]))
            peer = measures(seen[_PEER])
            for name in list(cases)[1:]:
                found += [
                    table.Row(name, metric, "ms", value, {_PEER: peer[metric]})
                    for metric, value in measures(seen[name]).items()
                ]
                shown = [sum(show.transitions for show in seen[it]) for it in (name, _PEER)]
                notes.append(f"{name}: {shown[0]} transitions, {shown[1]} at peace")
    return found, notes


@dataclass(frozen=True)
class _World:
    """What the shows of one kind of worker have in common."""

    kind: str
    feeds: tuple[str, ...]
    photos: Path
    environ: Mapping[str, str]


def _play(world: _World, trouble: Trouble | None) -> Seen:
    flags = {"--transition": "random", "--interval": "2"} if world.kind == "transitions" else {}
    if world.kind == "audio":
        flags |= _SOUND
    with tempfile.TemporaryDirectory(prefix="stillframe-bench-") as home:
        order = Order(
            photos=str(world.photos),
            heavy=[],
            load="none",
            stalls=False,
            play_s=_PLAY_S,
            transition_s=0.8,
            step_ms=1000,
            feeds=list(world.feeds) if world.kind.startswith("feed") else [],
            home=home,
            trouble=trouble,
            flags=flags,
        )
        return play(order, world.environ)


@contextlib.contextmanager
def _served(photos: Path) -> Iterator[tuple[str, ...]]:
    """Serve a few feeds of one photo each."""
    photo = next(path for path in sorted(photos.iterdir()) if path.is_file()).read_bytes()
    with contextlib.ExitStack() as stack:
        feeds = []
        for number in range(1, _FEEDS + 1):
            server = stack.enter_context(FeedServer(f"127.0.8.{number}"))
            server.serve("/photo.jpg", page(photo + bytes([number])))
            rss = (
                '<rss version="2.0"><channel><item>'
                '<enclosure url="/photo.jpg" type="image/jpeg"/></item></channel></rss>'
            )
            server.serve("/feed", page(rss.encode()))
            feeds.append(server.url("/feed"))
        yield tuple(feeds)
