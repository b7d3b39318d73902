"""What each style makes of known numbers, in a real window, by its pixels."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from shows import eventually
from virtual_screen import VirtualScreen

PROGRAM = Path(__file__).parent.parent / "helpers" / "seen_sound.py"
WIDTH_PX, HEIGHT_PX, BARS, POINTS = 640, 360, 32, 128
# A bar is drawn in a third of the screen's height, with white where no photo has told its colours.
CELL_PX = WIDTH_PX / BARS
FLAT = [0.0] * BARS


class Window:
    """The program, told what it hears."""

    def __init__(self, process: "subprocess.Popen[str]", screen: VirtualScreen) -> None:
        self._process, self._screen = process, screen

    def tell(self, **order: Any) -> str:
        """Tell it one thing and return its answer."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        assert answer, "the program has ended"
        return answer.strip()

    def light(self) -> "np.ndarray[Any, np.dtype[np.int_]]":
        """Return how bright each pixel is: on a black mat, all of it is the picture's."""
        return self._screen.grab().astype(int).max(axis=2)[:HEIGHT_PX, :WIDTH_PX]

    def count(self, span_ms: int) -> tuple[int, int]:
        """Return how many frames were presented in this time, and how many looks were taken."""
        frames, looks = self.tell(count_ms=span_ms).split()
        return int(frames), int(looks)


@pytest.fixture
def window(screen: VirtualScreen) -> Iterator[Window]:
    with subprocess.Popen(
        [sys.executable, str(PROGRAM)],
        env=screen.environ(os.environ),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield Window(process, screen)
        finally:
            process.kill()


def bar(place: int, height: float) -> list[float]:
    return [height if index == place else 0.0 for index in range(BARS)]


def tall_px(window: Window, column: int) -> int:
    """Return how many pixels a bar is tall, at the middle of its cell."""
    return int((window.light()[:, round((column + 0.5) * CELL_PX)] > 120).sum())


def steady(window: Window, left: list[float], column: int) -> int:
    """Hear this until its picture stands still, and return how tall one bar is."""
    window.tell(heard={"left": left})
    seen: list[int] = []

    def stands() -> bool:
        seen.append(tall_px(window, column))
        return len(seen) > 20 and len(set(seen[-20:])) == 1 and window.light().max() > 240

    eventually(stands, "a picture that stands still")
    return seen[-1]


def test_a_bar_is_as_tall_as_it_is_heard_and_stands_in_its_place(window: Window) -> None:
    window.tell(style="spectrum")
    whole, half = steady(window, bar(10, 1.0), 10), steady(window, bar(10, 0.5), 10)
    assert half == pytest.approx(whole / 2, abs=2)
    assert 0.2 * HEIGHT_PX < whole < 0.3 * HEIGHT_PX
    assert tall_px(window, 9) < CELL_PX > tall_px(window, 11), "its neighbours are dots"
    assert tall_px(window, 9) > 3, "and not nothing: the idle floor"


def test_a_ghost_floats_above_its_bar(window: Window) -> None:
    window.tell(style="spectrum")
    ghosts = bar(10, 0.8) * 2
    window.tell(heard={"left": bar(10, 0.3), "ghosts": ghosts})
    column = round(10.5 * CELL_PX)

    def rows() -> list[int]:
        lit = window.light()[:, column] > 120
        return [int(row) for row in np.flatnonzero(np.diff(lit.astype(int)) == 1)]

    eventually(lambda: len(rows()) == 2, "a ghost, a gap and a bar")
    tops = rows()
    assert tops[1] - tops[0] > 0.1 * HEIGHT_PX


def test_the_mirror_has_left_on_the_left(window: Window) -> None:
    window.tell(style="mirror")
    window.tell(heard={"left": [0.9] * BARS, "right": FLAT})
    half = WIDTH_PX // 2

    def sides() -> tuple[int, int]:
        lit = window.light() > 120
        return int(lit[:, :half].sum()), int(lit[:, half:].sum())

    eventually(lambda: sides()[0] > 4000, "bars on the left")
    left, right = sides()
    assert right < 0.35 * left, "dots on the right"
    lit = window.light()[:, :half] > 120
    rows = np.flatnonzero(lit.any(axis=1))
    middle = (rows.min() + rows.max()) / 2
    above = lit[rows.min() : round(middle)].sum()
    assert above == pytest.approx(lit[round(middle) : rows.max() + 1].sum(), rel=0.1)


def test_the_ring_has_left_on_the_left_and_deep_tones_below(window: Window) -> None:
    window.tell(style="radial")
    low = [1.0 if index < BARS // 4 else 0.0 for index in range(BARS)]
    window.tell(heard={"left": low, "right": FLAT, "level": 0.0})
    eventually(lambda: (window.light() > 120).sum() > 400, "the ring")

    def outside() -> tuple[float, float]:
        """Return where the light that lies farthest from the ring's middle is."""
        rows, columns = np.nonzero(window.light() > 120)
        middle_y = (rows.min() + rows.max()) / 2
        away = np.hypot(columns - WIDTH_PX / 2, rows - middle_y)
        far = away > 0.9 * away.max()
        return float(columns[far].mean()), float(rows[far].mean() - middle_y)

    eventually(lambda: outside()[0] < WIDTH_PX / 2 and outside()[1] > 0, "left and below")


def test_the_wave_goes_up_and_down_with_the_sound(window: Window) -> None:
    window.tell(style="wave")
    wave = [0.6] * (POINTS // 2) + [-0.6] * (POINTS // 2)
    window.tell(heard={"wave": wave})

    def height_at(share: float) -> float:
        column = window.light()[:, round(share * WIDTH_PX)]
        return float(np.flatnonzero(column > 200).mean()) if column.max() > 200 else float("nan")

    eventually(lambda: height_at(0.35) < height_at(0.65) - 20, "up first, then down")


def test_the_pulse_is_light_from_the_side_where_there_is_sound(window: Window) -> None:
    window.tell(style="pulse")
    window.tell(heard={"left": [1.0] * BARS, "right": FLAT, "level": 0.2})
    eventually(lambda: int(window.light()[:, 3].mean()) > 100, "light from the left")
    light = window.light()
    assert light[:, -4].mean() < 0.6 * light[:, 3].mean()
    assert light[HEIGHT_PX // 2, WIDTH_PX // 2] == 0, "the photo's middle is left alone"


@pytest.mark.parametrize("end", ["late", "silent"])
def test_without_sound_it_fades_to_nothing_and_draws_no_frame(window: Window, end: str) -> None:
    window.tell(style="spectrum")
    window.tell(heard={"left": [0.9] * BARS})
    eventually(lambda: (window.light() > 120).sum() > 4000, "bars")
    frames, looks = window.count(500)
    assert frames >= 15 <= looks
    window.tell(**{end: True})
    eventually(lambda: window.light().max() == 0, "the mat alone")
    # At rest there is a look now and then, and no frame; the last one may be on its way.
    eventually(lambda: window.count(500)[0] == 0, "no frame")
    frames, looks = window.count(1000)
    assert frames == 0
    assert 0 < looks < 30
    window.tell(heard={"left": [0.9] * BARS})
    eventually(lambda: (window.light() > 120).sum() > 4000, "bars again")


def test_bars_of_a_worker_that_is_late_sink_before_they_fade(window: Window) -> None:
    window.tell(style="spectrum")
    whole = steady(window, bar(10, 1.0), 10)
    window.tell(late=True)

    def sunk() -> bool:
        light = window.light()
        # Bars fade as well: what counts as lit fades with them.
        column = light[:, round(10.5 * CELL_PX)]
        return light.max() > 100 and int((column > light.max() / 2).sum()) < 0.4 * whole

    eventually(sunk, "a bar that has sunk and is still seen")


def test_switched_off_nobody_looks_at_the_sound(window: Window) -> None:
    window.tell(style="spectrum")
    window.tell(heard={"left": [0.9] * BARS})
    eventually(lambda: (window.light() > 120).sum() > 4000, "bars")
    window.tell(style="off")
    eventually(lambda: window.light().max() == 0, "the mat alone")
    eventually(lambda: window.count(300) == (0, 0), "no frame and no look")


def test_every_frame_is_counted_once(window: Window) -> None:
    window.tell(style="spectrum")
    window.tell(heard={"left": [0.9] * BARS})
    eventually(lambda: (window.light() > 120).sum() > 4000, "bars")

    def counted() -> bool:
        frames, looks = window.count(1000)
        assert abs(frames - looks) <= 3, "no frame is drawn twice"
        # It takes a moment to learn that nothing holds frames back here.
        return 0 < looks <= 61

    eventually(counted, "as many frames as this screen says that it refreshes, and no more")
