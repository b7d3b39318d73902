"""The numbers behind the spectrum, beside what is known of them from elsewhere."""

import numpy as np
import pytest
import scipy.signal

from stillframe.workers.audio import bands

RATE_HZ = 48_000


def test_bars_are_equally_wide_to_the_ear() -> None:
    edges = bands.edges_hz(40, 16_000, 64)
    assert (edges[0], edges[-1]) == (pytest.approx(40), pytest.approx(16_000))
    steps = edges[1:] / edges[:-1]
    assert np.allclose(steps, 400 ** (1 / 64))


# IEC 61672-1, table 3: decibels of the A curve at its nominal frequencies.
@pytest.mark.parametrize(
    ("hz", "decibels"),
    [
        (31.5, -39.4),
        (63, -26.2),
        (125, -16.1),
        (250, -8.6),
        (500, -3.2),
        (1000, 0.0),
        (2000, 1.2),
        (4000, 1.0),
        (8000, -1.1),
        (16000, -6.6),
    ],
)
def test_the_a_curve_is_the_standards(hz: float, decibels: float) -> None:
    assert 20 * np.log10(bands.a_weights(np.array([hz]))[0]) == pytest.approx(decibels, abs=0.15)


def test_an_equaliser_is_joined_by_lines_and_one_alone_is_for_all() -> None:
    decibels = 20 * np.log10(bands.equaliser((0.0, 6.0, -6.0), 5))
    assert decibels == pytest.approx([0, 3, 6, 0, -6])
    assert 20 * np.log10(bands.equaliser((3.0,), 4)) == pytest.approx([3] * 4)
    assert bands.equaliser((), 3).tolist() == [1, 1, 1]


@pytest.mark.parametrize("phase", [0.0, 1.0, 2.5])
@pytest.mark.parametrize("hz", [55.0, 220.0, 880.0])
def test_a_tone_of_full_scale_makes_one_whatever_its_phase(hz: float, phase: float) -> None:
    rate_hz, frames = 3000.0, 512
    matrix = bands.kernels(np.array([hz]), rate_hz, frames)
    tone = np.cos(2 * np.pi * hz * np.arange(frames) / rate_hz + phase)
    cosine, sine = matrix @ tone.astype(np.float32)
    assert np.hypot(cosine, sine) == pytest.approx(1, abs=0.02)


@pytest.mark.parametrize("hz", [1500.0, 4500.0, 11_000.0])
def test_a_tone_of_full_scale_makes_one_in_the_bar_that_it_is_in(hz: float) -> None:
    frames = 1024
    edges = bands.edges_hz(1000, 16_000, 12)
    tone = np.sin(2 * np.pi * hz * np.arange(frames) / RATE_HZ)
    power = np.abs(np.fft.rfft(tone * np.hanning(frames + 1)[:frames])) ** 2
    levels = np.sqrt(bands.shares(edges, RATE_HZ, frames) @ power)
    assert int(levels.argmax()) == int(np.searchsorted(edges, hz)) - 1
    assert levels.max() == pytest.approx(1, abs=0.1)


def test_a_bar_narrower_than_a_bin_is_not_empty() -> None:
    shared = bands.shares(bands.edges_hz(1000, 1500, 64), RATE_HZ, 1024)
    assert (shared.sum(axis=1) > 0).all()


def test_the_low_pass_keeps_three_tenths_and_stops_what_would_fold_onto_them() -> None:
    factor = 16
    hz, response = scipy.signal.freqz(bands.low_pass(factor), worN=8192, fs=RATE_HZ)
    decibels = 20 * np.log10(np.maximum(1e-9, np.abs(response)))
    low_rate_hz = RATE_HZ / factor
    assert np.abs(decibels[hz <= 0.3 * low_rate_hz]).max() < 0.5
    assert decibels[hz >= 0.7 * low_rate_hz].max() < -60


def test_a_filter_as_a_matrix_keeps_what_filtering_and_then_dropping_keeps() -> None:
    taps = bands.low_pass(5)
    sound = np.random.default_rng(1).standard_normal(len(taps) + 4 * 5).astype(np.float32)
    kept = sound @ bands.every(5, taps, 8)[: len(sound), :5]
    assert kept == pytest.approx(scipy.signal.lfilter(taps, 1, sound)[len(taps) - 1 :: 5], abs=1e-5)


def test_neighbours_weights_add_up_and_fade() -> None:
    weights = bands.neighbourhood(np.array([50.0, 60.0, 80.0, 400.0]), 28.0)
    assert weights.sum(axis=1) == pytest.approx([1] * 4)
    assert weights[0, 0] > weights[0, 1] > weights[0, 2] > weights[0, 3]
