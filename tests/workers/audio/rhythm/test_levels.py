"""The table that was counted."""

import numpy as np

from stillframe.workers.audio.rhythm.levels import EDGES, LEANINGS, PARTS, STEPS_OF_AN_ATTACK


def test_it_has_a_row_for_each_part_and_a_column_for_each_level() -> None:
    assert LEANINGS.shape == (3, PARTS * STEPS_OF_AN_ATTACK + 1, len(EDGES) + 1)
    assert np.isfinite(LEANINGS).all()
    assert (np.diff(EDGES) > 0).all()


def test_great_rises_lie_on_the_beat_more_than_beside_it() -> None:
    just_after_the_beat, elsewhere = 1, -1
    for table in LEANINGS:
        assert table[just_after_the_beat, -1] > 0.5
        assert table[elsewhere, -1] < 0
