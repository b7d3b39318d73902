"""A hearing's numbers as texels, read back the way the shaders read them."""

from array import array
from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillframe.contracts.hearing import BARS_CAP, WAVE_POINTS, Condition, Hearing
from stillframe.player.sound_texture import COLUMNS, ROWS, TEXEL_BYTES, texture_of

STEP = 1 / 65535


def hearing(
    channels: list[list[float]], ghosts: list[list[float]], wave: list[float] | None = None
) -> Hearing:
    return Hearing(
        ts_ns=1,
        channels=len(channels),
        condition=Condition.SOUNDING,
        bars=memoryview(array("f", list(chain.from_iterable(channels)))),
        ghosts=memoryview(array("f", list(chain.from_iterable(ghosts)))),
        wave=memoryview(array("f", wave or [0.0] * WAVE_POINTS)),
    )


def numbers(texture: bytes, column: int, row: int) -> tuple[float, float]:
    """Read one texel as a shader does: red and green are one number, low byte first, then two."""
    at = (row * COLUMNS + column) * TEXEL_BYTES
    red, green, blue, alpha = (byte / 255 for byte in texture[at : at + TEXEL_BYTES])
    return (red + green * 256) / 257, (blue + alpha * 256) / 257


def test_left_and_right_share_a_texel_and_ghosts_are_below_bars() -> None:
    heard = hearing([[0.0, 0.25, 1.0], [0.5, 0.75, 0.1]], [[0.1, 0.3, 1.0], [0.6, 0.8, 0.2]])
    texture = texture_of(heard)
    assert len(texture) == COLUMNS * ROWS * TEXEL_BYTES
    assert numbers(texture, 1, 0) == pytest.approx((0.25, 0.75), abs=STEP)
    assert numbers(texture, 2, 0) == pytest.approx((1.0, 0.1), abs=STEP)
    assert numbers(texture, 0, 1) == pytest.approx((0.1, 0.6), abs=STEP)
    assert numbers(texture, 2, 1) == pytest.approx((1.0, 0.2), abs=STEP)
    assert numbers(texture, 3, 0) == (0.0, 0.0)


def test_one_channel_is_shown_on_both_sides() -> None:
    texture = texture_of(hearing([[0.2, 0.4]], [[0.3, 0.5]]))
    assert numbers(texture, 1, 0) == pytest.approx((0.4, 0.4), abs=STEP)
    assert numbers(texture, 0, 1) == pytest.approx((0.3, 0.3), abs=STEP)


def test_a_point_of_the_wave_has_the_next_one_beside_it() -> None:
    wave = [-1.0, 0.0, 1.0, *[0.5] * (WAVE_POINTS - 4), -0.5]
    texture = texture_of(hearing([[0.0]], [[0.0]], wave))
    assert numbers(texture, 0, 2) == pytest.approx((0.0, 0.5), abs=STEP)
    assert numbers(texture, 1, 2) == pytest.approx((0.5, 1.0), abs=STEP)
    # After the last one comes itself.
    assert numbers(texture, WAVE_POINTS - 1, 2) == pytest.approx((0.25, 0.25), abs=STEP)


@given(st.lists(st.floats(0, 1, width=32), min_size=1, max_size=BARS_CAP), st.booleans())
def test_every_bar_is_where_a_shader_looks_for_it(bars: list[float], stereo: bool) -> None:  # noqa: FBT001
    channels = [bars, bars[::-1]] if stereo else [bars]
    texture = texture_of(hearing(channels, channels))
    for column, bar in enumerate(bars):
        for row in (0, 1):
            both = (bar, channels[-1][column])
            assert numbers(texture, column, row) == pytest.approx(both, abs=STEP)
    for column in range(len(bars), COLUMNS):
        assert numbers(texture, column, 0) == (0.0, 0.0)
