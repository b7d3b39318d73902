"""What a show needs so that it asks a kind of worker again and again.

Role: one world a kind: photos, feeds, files and settings. Counterpart: `bench.scenarios` plays the
shows of a kind in its world, in trouble and at peace.

Guarantees: the shows of a world differ in nothing but the trouble; each has a home of its own.
"""

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from types import MappingProxyType
from typing import Final

import msgspec

from bench.orders import Order
from feed_server import FeedServer, page
from stillframe.transitions.registry import BUILT_IN

PLAY_S: Final = 8.0
# On a busy machine, a worker takes its time to start.
_PATIENCE_S: Final = 90.0
_TRANSITION_S: Final = 0.8
_STEP_MS: Final = 1000
_FEEDS: Final = 16
_FILES: Final = 8
_SOUND: Final = {"--audio": "synthetic:3", "--visualizer": "spectrum"}
_OWN: Final = """// {number}
vec4 transition(vec2 uv) {{
    return mix(getFromColor(uv), getToColor(uv), progress);
}}
"""


@contextlib.contextmanager
def served(photos: Path) -> Iterator[tuple[str, ...]]:
    """Serve feeds of one photo each, for the show to read one after the other."""
    photo = next(path for path in sorted(photos.iterdir()) if path.is_file()).read_bytes()
    rss = (
        '<rss version="2.0"><channel><item>'
        '<enclosure url="/photo.jpg" type="image/jpeg"/></item></channel></rss>'
    )
    with contextlib.ExitStack() as stack:
        feeds = []
        for number in range(1, _FEEDS + 1):
            server = stack.enter_context(FeedServer(f"127.0.8.{number}"))
            server.serve("/photo.jpg", page(photo + bytes([number])))
            server.serve("/feed", page(rss.encode()))
            feeds.append(server.url("/feed"))
        yield tuple(feeds)


def order(kind: str, photos: Path, feeds: tuple[str, ...], home: Path) -> Order:
    """Return a show that asks a kind of worker."""
    plain = Order(
        photos=str(photos),
        play_s=PLAY_S,
        patience_s=_PATIENCE_S,
        transition_s=_TRANSITION_S,
        step_ms=_STEP_MS,
        home=str(home),
    )
    asking = _ASKING.get(kind)
    return plain if asking is None else asking(plain, feeds, home)


def _with_feeds(plain: Order, feeds: tuple[str, ...], home: Path) -> Order:
    del home
    return _but(plain, feeds=list(feeds))


def _with_sound(plain: Order, feeds: tuple[str, ...], home: Path) -> Order:
    del feeds, home
    return _but(plain, flags=_SOUND)


def _with_tables(plain: Order, feeds: tuple[str, ...], home: Path) -> Order:
    """Only transitions that have to be baked come, so that each photo asks for one."""
    del feeds, home
    names = [transition.id for transition in BUILT_IN if transition.table is not None]
    return _but(
        plain,
        file=f"[transitions]\nenabled = {', '.join(names)!r}\n"
        f"durations_s = {', '.join(f'{name}={_TRANSITION_S}' for name in names)!r}\n",
        flags={"--transition": "random"},
    )


def _with_scenes(plain: Order, feeds: tuple[str, ...], home: Path) -> Order:
    """Without a photo, scenes are painted."""
    del feeds
    empty = home / "photos"
    empty.mkdir()
    return _but(plain, photos=str(empty))


def _with_files(plain: Order, feeds: tuple[str, ...], home: Path) -> Order:
    """A person's transitions are baked, and hardly ever played: what they draw is not measured."""
    del feeds
    own = home / "own"
    own.mkdir()
    names = [f"own{number}" for number in range(_FILES)]
    for number, name in enumerate(names):
        (own / f"{name}.glsl").write_text(_OWN.format(number=number))
    weights = ", ".join(["crossfade=1000", *(f"{name}=0.001" for name in names)])
    return _but(
        plain,
        own=str(own),
        file=f"[transitions]\nenabled = {weights!r}\n",
        flags={"--transition": "random"},
    )


def _but(plain: Order, **changes: object) -> Order:
    return msgspec.structs.replace(plain, **changes)


_ASKING: Final = MappingProxyType[str, Callable[[Order, tuple[str, ...], Path], Order]](
    {
        "feeds": _with_feeds,
        "feedparse": _with_feeds,
        "audio": _with_sound,
        "transitions": _with_tables,
        "scenes": _with_scenes,
        "shaders": _with_files,
    }
)
