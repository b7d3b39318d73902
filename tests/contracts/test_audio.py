"""What a request for bars says where nobody says otherwise, and what it may say at most."""

import msgspec
import pytest

from stillframe.contracts.audio import (
    FloorConfig,
    GhostingConfig,
    SmoothingConfig,
    WindowConfig,
)

RATE_HZ = 48_000


def test_the_windows_are_171_and_21_milliseconds() -> None:
    window = WindowConfig()
    assert round(1000 * window.bass_frames / RATE_HZ) == 171
    assert round(1000 * window.treble_frames / RATE_HZ) == 21


@pytest.mark.parametrize(("bars", "taken"), [(7, False), (8, True), (128, True), (129, False)])
def test_there_are_8_to_128_bars(bars: int, *, taken: bool) -> None:
    said = msgspec.msgpack.encode({"bar_count": bars})
    if taken:
        assert msgspec.msgpack.decode(said, type=WindowConfig).bar_count == bars
    else:
        with pytest.raises(msgspec.ValidationError, match="bar_count"):
            msgspec.msgpack.decode(said, type=WindowConfig)


def test_the_floor_the_ghosts_and_the_smoothing_are_the_ones_agreed() -> None:
    floor, ghosts, smoothing = FloorConfig(), GhostingConfig(), SmoothingConfig()
    assert (floor.dynamic, floor.minimum, floor.maximum, floor.mid_weight) == (
        True,
        0.12,
        4.0,
        0.18,
    )
    assert (ghosts.enabled, ghosts.hold_s, ghosts.decay_s) == (True, 0.25, 0.8)
    assert (smoothing.attack_s, smoothing.decay_s) == (0.01, 0.15)
