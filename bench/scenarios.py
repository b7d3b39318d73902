"""The show beside workers in trouble: each kind, each trouble, next to the same show without.

Role: `bench.pacing --scenario NAME`, or all of them with `--full`. Counterpart: `bench.troubled` is
the worker, `bench.show_child` the show.

Guarantees: a show in trouble and the same show at peace take turns; each number is the median over
the rounds; only frames while a transition moves are counted. Where no photo comes because of the
trouble, the transitions before and between are what is measured; a scenario without any says so.
"""

import contextlib
import os
import tempfile
from collections.abc import Iterator, Mapping
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
        for trouble in troubles:
            seen: dict[str, list[Seen]] = {_PEER: [], trouble.name: []}
            for number in range(rounds):
                for name in turned(seen, number):
                    seen[name].append(
                        _play(trouble, feeds, photos, environ, at_peace=name == _PEER)
                    )
            ours, peer = measures(seen[trouble.name]), measures(seen[_PEER])
            found += [
                table.Row(trouble.name, metric, "ms", value, {_PEER: peer[metric]})
                for metric, value in ours.items()
            ]
            shown = [sum(show.transitions for show in shows) for shows in seen.values()]
            notes.append(f"{trouble.name}: {shown[1]} transitions, {shown[0]} at peace")
    return found, notes


def _play(
    trouble: Trouble,
    feeds: tuple[str, ...],
    photos: Path,
    environ: Mapping[str, str],
    *,
    at_peace: bool,
) -> Seen:
    flags = {"--transition": "random", "--interval": "2"} if trouble.kind == "transitions" else {}
    if trouble.kind == "audio":
        flags |= _SOUND
    with tempfile.TemporaryDirectory(prefix="stillframe-bench-") as home:
        order = Order(
            photos=str(photos),
            heavy=[],
            load="none",
            stalls=False,
            play_s=_PLAY_S,
            transition_s=0.8,
            step_ms=1000,
            feeds=list(feeds) if trouble.kind.startswith("feed") else [],
            home=home,
            trouble=None if at_peace else trouble,
            flags=flags,
        )
        return play(order, environ)


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
