"""What is seen of what is heard: fading, sinking, the beat."""

import math
from array import array

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillframe.contracts.hearing import WAVE_POINTS, Beat, Condition, Hearing
from stillframe.show.visual import Visual, bar_line_ns, beat_at, next_visual

S = 1_000_000_000
NOW = 1000 * S
FRAME = S // 60


def hearing(at_ns: int, condition: Condition = Condition.SOUNDING, **changes: object) -> Hearing:
    bars = memoryview(array("f", [0.5] * 8))
    wave = memoryview(array("f", [0.0] * WAVE_POINTS))
    heard = Hearing(
        ts_ns=at_ns, channels=1, condition=condition, level=0.8, bars=bars, ghosts=bars, wave=wave
    )
    return msgspec.structs.replace(heard, **changes)


def play(seconds: float, heard: Hearing | None, before: Visual, *, fresh: bool = True) -> Visual:
    """Look at the sound for a while, sixty times a second."""
    visual = before
    for _ in range(round(seconds * 60)):
        now_ns = visual.at_ns + FRAME
        if heard is not None and fresh:
            heard = msgspec.structs.replace(heard, ts_ns=now_ns)
        visual = next_visual(visual, heard, now_ns)
    return visual


def test_sound_fades_in_and_silence_out_to_nothing() -> None:
    visual = play(1.0, hearing(NOW), Visual(NOW))
    assert visual.strength > 0.95
    assert visual.level == pytest.approx(0.8)
    visual = play(1.0, hearing(NOW, Condition.SILENT), visual)
    assert 0.2 < visual.strength < 0.5
    visual = play(5.0, hearing(NOW, Condition.SILENT), visual)
    assert visual.strength == 0
    assert not visual.seen


def test_a_frame_or_two_without_news_changes_nothing() -> None:
    before = play(1.0, hearing(NOW), Visual(NOW))
    heard = hearing(before.at_ns)
    assert play(0.09, heard, before, fresh=False).sink == 1


def test_a_worker_that_says_nothing_more_is_as_silence() -> None:
    before = play(1.0, hearing(NOW), Visual(NOW))
    late = play(0.4, hearing(before.at_ns), before, fresh=False)
    assert late.sink == pytest.approx(math.exp(-0.3 / 0.15), rel=0.05)
    assert late.level == pytest.approx(0.8 * late.sink, rel=0.01)
    assert play(6.0, hearing(before.at_ns), before, fresh=False).strength == 0


def test_a_time_still_to_come_keeps_nothing_up() -> None:
    before = play(1.0, hearing(NOW), Visual(NOW))
    assert play(6.0, hearing(before.at_ns + 3600 * S), before, fresh=False).strength == 0


def test_what_comes_back_is_seen_at_once() -> None:
    before = play(1.0, hearing(NOW), Visual(NOW))
    late = play(0.5, hearing(before.at_ns), before, fresh=False)
    assert play(1 / 60, hearing(NOW), late).sink == 1


def test_before_anything_was_heard_nothing_is_seen() -> None:
    assert not play(1.0, None, Visual(NOW)).seen


BEAT = Beat(
    count=9,
    last_ns=NOW,
    next_ns=NOW + S // 2,
    period_ns=S // 2,
    tempo_bpm=120.0,
    confidence=0.8,
    in_bar=1,
)


def test_a_beat_is_seen_as_it_falls_and_fades() -> None:
    assert beat_at(BEAT, NOW) == pytest.approx(0.8)
    assert beat_at(BEAT, NOW + S // 4) == pytest.approx(0.8 * math.exp(-0.25 / 0.18))
    # Foretold, not confirmed yet.
    assert beat_at(BEAT, NOW + S // 2) == pytest.approx(0.8)
    assert beat_at(BEAT, NOW + 2 * S) == pytest.approx(0.8)


def test_a_beat_that_is_not_confirmed_is_not_believed_for_long() -> None:
    assert beat_at(BEAT, NOW + 3 * S) == 0
    assert beat_at(Beat(), NOW) == 0


def test_a_bar_begins_on_the_beat_after_its_last() -> None:
    # The last beat was the second of four: the line is the third beat from now.
    assert bar_line_ns(BEAT, NOW + 1, 4 * S) == NOW + S // 2 + S
    assert bar_line_ns(msgspec.structs.replace(BEAT, in_bar=3), NOW + 1, 4 * S) == NOW + S // 2
    assert bar_line_ns(BEAT, NOW + 1, S) is None
    unknown = msgspec.structs.replace(BEAT, in_bar=-1)
    assert bar_line_ns(unknown, NOW + 1, 4 * S) == NOW + S // 2
    assert bar_line_ns(unknown, NOW + S, 4 * S) == NOW + S
    assert bar_line_ns(Beat(), NOW, 4 * S) is None
    assert bar_line_ns(BEAT, NOW + 2 * S, 4 * S) == NOW + S // 2 + 3 * S


@given(
    st.floats(0, 1),
    st.integers(0, 2**62),
    st.integers(0, 2**62),
    st.sampled_from(Condition),
    st.integers(0, 2**62),
)
def test_whatever_the_times_all_is_within_its_range(
    strength: float, before_ns: int, now_ns: int, condition: Condition, heard_ns: int
) -> None:
    beat = Beat(last_ns=heard_ns, next_ns=now_ns, period_ns=max(1, before_ns), confidence=1.0)
    heard = hearing(heard_ns, condition, beat=beat)
    visual = next_visual(Visual(before_ns, strength), heard, now_ns)
    for value in (visual.strength, visual.sink, visual.level, visual.beat):
        assert 0 <= value <= 1
