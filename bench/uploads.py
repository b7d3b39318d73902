"""How late a frame is while the next photo is uploaded, and how far the moving photo lags by it.

Role: plays shows with pan and zoom on a virtual screen, whose next photo is uploaded while the
present one moves. Counterpart: `bench.show_child` plays, `bench.watching` marks the wish to upload
and the stage's word that the photo is there, `bench.frame_marks` finds the frames between.

Metrics, for a screen of each size: `longest_frame_ms` is the longest interval between two frames
from the wish to the word; `at_peace` is the longest of as many intervals of the same motion when
nothing is uploaded, `usual` the median of those. `render_ms` is the longest that Qt prepared one of
these frames, of which the upload is nearly all. `lag_px` is how far the photo moves in the time by
which that interval is longer than the usual one, at the product's own settings, where it is
fastest: in the corner that is farthest from the place it moves to, as it sets out.

Guarantees: nothing is decoded meanwhile, for all photos were before; what one show draws during an
upload stands beside what the same show draws at peace; medians over all uploads are quoted. Here
the processor draws: a frame takes it many times what it takes a graphics card, and an upload is one
more copy in its memory, where a card has its own to be copied to.
"""

import itertools
import math
import os
import shutil
import statistics
import sys
from collections.abc import Sequence
from typing import Final, NamedTuple

from bench import rounds, table
from bench.frame_marks import Stay
from bench.orders import Order
from bench.rounds import Pace
from bench.sample_photos import NoPhotoError, small_photos
from bench.shows import play
from bench.table import Row
from stillframe.contracts.images import Mode
from stillframe.contracts.pixels import Size
from stillframe.player.drift import drift
from stillframe.player.placement import Rect
from stillframe.player.stage import Hanging
from stillframe.settings import load
from stillframe.transitions.declared import crossfade
from virtual_screen import VirtualScreen

# And how many stays are measured: frames at 4K take the processor so long that some have too few.
_SCREENS: Final = {Size(3840, 2160): 9, Size(1920, 1080): 3}
_QUICK_S, _FULL_ROUNDS = 45.0, 5
# All of them are decoded once, while as many stays go by.
_PHOTOS: Final = 2
_STAY_S, _TRANSITION_S = 3, 0.4
_ARENA_BYTES: Final = 512 * 1024 * 1024
_WHOLE: Final = Rect(0, 0, 1, 1)
_CORNER: Final = (1000, 1000)
# Of an animation that eases out along a sine, by its mean speed.
_FASTEST: Final = math.pi / 2


class Span(NamedTuple):
    """Some intervals in a row: the longest, and the longest that Qt prepared a frame."""

    longest_ms: float
    render_ms: float


class Beside(NamedTuple):
    """One upload, and what there was at peace after it, in spans of as many intervals."""

    upload: Span
    at_peace: list[Span]
    usual_ms: float


def main(arguments: list[str]) -> int:
    """Measure and print; 1 if there is nothing to measure with."""
    pace = rounds.parse("uploads", __doc__, arguments, quick_s=_QUICK_S)
    if shutil.which("Xvfb") is None:
        print("uploads needs Xvfb: apt-get install xvfb xauth", file=sys.stderr)
        return 1
    try:
        stays = _played(pace)
    except NoPhotoError as error:
        print(error, file=sys.stderr)
        return 1
    found = {size: besides(of_size) for size, of_size in stays.items()}
    rows = [row for size, uploads in found.items() for row in upload_rows(size, uploads)]
    notes = ["software GL: the processor draws and copies; a graphics card has other figures"]
    notes += [
        f"{size.width}x{size.height}: {len(uploads)} uploads, at most {fastest_px_s(size):.0f} px/s"
        for size, uploads in found.items()
    ]
    table.show("uploads", rows, notes=notes)
    return 0


def _played(pace: Pace) -> dict[Size, list[Stay]]:
    stays: dict[Size, list[Stay]] = {size: [] for size in _SCREENS}
    photos = {size: small_photos(size.width, size.height, _PHOTOS) for size in _SCREENS}
    for number in pace.from_now().rounds(_FULL_ROUNDS):
        for size in rounds.turned(_SCREENS, number):
            with VirtualScreen(size.width, size.height) as screen:
                seen = play(_order(size, str(photos[size])), screen.environ(os.environ))
            stays[size] += seen.stays[_PHOTOS:]
    return stays


def _order(size: Size, photos: str) -> Order:
    play_s = (_PHOTOS + _SCREENS[size]) * (_STAY_S + _TRANSITION_S)
    return Order(
        photos=photos,
        window_px=(size.width, size.height),
        play_s=play_s,
        transition_s=_TRANSITION_S,
        step_ms=round(play_s * 2000),
        flags={"--pan-zoom": "true", "--interval": str(_STAY_S), "--transition": "crossfade"},
        file=f"[images]\narena_bytes = {_ARENA_BYTES}\n",
    )


def besides(stays: Sequence[Stay]) -> list[Beside]:
    """Return what can be compared; a stay with no upload, or more than one, is left out."""
    return [beside for stay in stays if (beside := _beside(stay)) is not None]


def _beside(stay: Stay) -> Beside | None:
    if len(stay.uploads_ms) != 1:
        return None
    ((begun_ms, ended_ms),) = stay.uploads_ms
    steps = [
        (before, after, Span(after - before, render_ms))
        for (before, after), render_ms in zip(
            itertools.pairwise(stay.frames_ms), stay.renders_ms[1:], strict=True
        )
    ]
    # The last of them began before the word: its frame may be the one that brought the photo.
    during = [it for before, after, it in steps if before < ended_ms and after > begun_ms]
    later = [it for before, _, it in steps if before >= ended_ms]
    if not during or len(later) < len(during):
        return None
    firsts = range(0, len(later) - len(during) + 1, len(during))
    at_peace = [_longest(later[first : first + len(during)]) for first in firsts]
    return Beside(_longest(during), at_peace, statistics.median(it.longest_ms for it in later))


def _longest(spans: Sequence[Span]) -> Span:
    return Span(max(it.longest_ms for it in spans), max(it.render_ms for it in spans))


def upload_rows(size: Size, found: Sequence[Beside]) -> list[Row]:
    """Return how long frames took on a screen, and how far the photo lags by the longest."""
    if not found:
        return []
    case = f"upload, {size.width}x{size.height}"
    upload = _median([it.upload for it in found])
    at_peace = _median([_median(it.at_peace) for it in found])
    usual_ms = statistics.median(it.usual_ms for it in found)
    # Each by its own stay: a machine is not always equally fast.
    later_ms = statistics.median(it.upload.longest_ms - it.usual_ms for it in found)
    peace_ms = statistics.median(_median(it.at_peace).longest_ms - it.usual_ms for it in found)
    px_ms = fastest_px_s(size) / 1000
    longest = {"at_peace": at_peace.longest_ms, "usual": usual_ms}
    return [
        Row(case, "longest_frame_ms", "ms", upload.longest_ms, longest),
        Row(case, "render_ms", "ms", upload.render_ms, {"at_peace": at_peace.render_ms}),
        Row(case, "lag_px", "px", max(0.0, later_ms) * px_ms, {"at_peace": peace_ms * px_ms}),
    ]


def _median(spans: Sequence[Span]) -> Span:
    longest_ms = statistics.median(it.longest_ms for it in spans)
    return Span(longest_ms, statistics.median(it.render_ms for it in spans))


def fastest_px_s(surface: Size) -> float:
    """Return how fast a corner of a photo moves at most, as a show moves it by default."""
    show = load(file_text=None, file_name="", environ={}, flags={"--pan-zoom": "true"}).show
    hanging = Hanging.of(show, crossfade.TRANSITION.default_duration_s)
    start, goal = drift(_WHOLE, Mode.FILL, hanging.zoom, _CORNER, inward=True)
    across_px = (goal.x - start.x) * surface.width
    down_px = (goal.y - start.y) * surface.height
    return math.hypot(across_px, down_px) / hanging.travel_s * _FASTEST


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
