"""What is wrong with samples is mended, and what is right is left alone."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as st_numpy

from stillframe.workers.audio.samples import LOUDEST, cleaned

SHAPES = st.tuples(st.integers(0, 64), st.integers(1, 8))
ANY = st.floats(width=32, allow_nan=True, allow_infinity=True)


@given(st_numpy.arrays(np.float32, SHAPES, elements=ANY))
def test_each_sample_is_itself_or_silent_or_as_loud_as_may_be(samples: np.ndarray) -> None:
    mended = cleaned(samples)
    assert mended.shape == samples.shape
    for given_, kept in zip(samples.flat, mended.flat, strict=True):
        if np.isfinite(given_):
            assert kept == min(LOUDEST, max(-LOUDEST, given_))
        else:
            assert kept == 0


def test_sound_is_not_copied() -> None:
    sound = np.array([[0.5, -1.0], [16.0, -16.0]], np.float32)
    assert cleaned(sound) is sound
