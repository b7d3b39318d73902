"""What is heard, as characters."""

import pytest

from stillframe.cli.meter import ROWS, picture
from stillframe.contracts.hearing import WAVE_POINTS, Beat, Condition, Hearing


def _floats(values: list[float]) -> "memoryview[float]":
    view = memoryview(bytearray(4 * len(values))).cast("f")
    for place, value in enumerate(values):
        view[place] = value
    return view


def hearing(
    bars: list[float],
    channels: int = 1,
    *,
    condition: Condition = Condition.SOUNDING,
    tempo_bpm: float = 0.0,
    note: str = "",
) -> Hearing:
    return Hearing(
        ts_ns=1,
        channels=channels,
        condition=condition,
        level=0.5,
        beat=Beat(tempo_bpm=tempo_bpm),
        bars=_floats(bars),
        ghosts=_floats(bars),
        wave=_floats([0.0] * WAVE_POINTS),
        note=note,
    )


def test_a_bar_is_as_tall_as_it_is_loud() -> None:
    lines = picture(hearing([0.0, 0.5, 1.0]), 3).split("\n")
    assert lines == [*["  █"] * (ROWS // 2), *[" ██"] * (ROWS // 2), "lou"]


def test_the_last_eighth_of_a_row_is_seen() -> None:
    assert picture(hearing([1 / (8 * ROWS)]), 1).split("\n")[ROWS - 1] == "▁"


def test_left_and_right_are_one_as_loud_as_the_louder() -> None:
    lines = picture(hearing([1.0, 0.0, 0.0, 1.0], channels=2), 2).split("\n")
    assert lines[0] == "██"


@pytest.mark.parametrize("columns", [1, 7, 80, 200])
@pytest.mark.parametrize("bars", [8, 64, 128])
def test_no_line_is_wider_than_the_terminal(bars: int, columns: int) -> None:
    lines = picture(hearing([1.0] * bars, note="n" * 500), columns).split("\n")
    assert len(lines) == ROWS + 1
    assert max(map(len, lines)) <= columns
    assert len(lines[0]) > columns / 3


def test_the_loudest_is_seen_where_there_are_few_columns() -> None:
    bars = [0.0] * 64
    bars[63] = 1.0
    assert picture(hearing(bars), 10).split("\n")[0] == " " * 9 + "█"


def test_the_last_line_says_what_is_known() -> None:
    assert picture(hearing([0.0] * 8, tempo_bpm=119.6), 80).endswith("\nloudness  50%   120 bpm")
    silent = hearing([0.0] * 8, condition=Condition.SILENT, note="no device")
    assert picture(silent, 80).endswith("\nsilence   no device")
