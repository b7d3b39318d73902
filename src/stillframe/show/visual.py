"""What is seen of what is heard, moment by moment.

Role: pure: a hearing and the time become how strong, how tall and how near the beat the picture is.
Counterpart: `player.visualizer` asks once a frame, and draws.

Guarantees: with no new hearing, for whatever reason, bars sink as in silence and the picture fades
out; a beat goes on for as long as it was foretold with confidence.
"""

import math
from dataclasses import dataclass
from typing import Final

from stillframe.contracts.hearing import Beat, Hearing

_NS_PER_S: Final = 1_000_000_000
# Sound fades in within a beat, and out more slowly than the longest rest in it.
_FADE_IN_S: Final = 0.25
_FADE_OUT_S: Final = 0.9
# Fainter than one step of a screen's brightness.
_UNSEEN: Final = 1 / 300
# The worker speaks ninety times a second; a few frames of silence from it are nothing.
_LATE_S: Final = 0.1
_SINK_S: Final = 0.15
_PULSE_S: Final = 0.18
# A beat that is not confirmed is not believed for longer.
_FORETOLD_BEATS: Final = 4
_LONGEST_FRAME_S: Final = 0.25
_BEATS_A_BAR: Final = 4


@dataclass(frozen=True)
class Visual:
    """What is seen at one moment.

    Attributes:
        at_ns: when that is.
        strength: 0 to 1; at 0 nothing is drawn.
        sink: the share of the heard bars that is left.
        level: 0 to 1.
        beat: 1 on a beat, then less.
    """

    at_ns: int = 0
    strength: float = 0.0
    sink: float = 1.0
    level: float = 0.0
    beat: float = 0.0

    @property
    def seen(self) -> bool:
        """Whether anything is to be drawn."""
        return self.strength > 0


def next_visual(before: Visual, heard: Hearing | None, now_ns: int) -> Visual:
    """Return what is seen now, of what was heard last."""
    elapsed_s = min(_LONGEST_FRAME_S, max(0.0, (now_ns - before.at_ns) / _NS_PER_S))
    if heard is None:
        return Visual(now_ns, _faded(before.strength, elapsed_s))
    # A time that is still to come is as wrong as one long gone.
    late_s = max(0.0, abs(now_ns - heard.ts_ns) / _NS_PER_S - _LATE_S)
    sounding = heard.sounding and late_s <= 0
    strength = (
        before.strength + (1 - before.strength) * -math.expm1(-elapsed_s / _FADE_IN_S)
        if sounding
        else _faded(before.strength, elapsed_s)
    )
    sink = math.exp(-late_s / _SINK_S)
    return Visual(now_ns, strength, sink, heard.level * sink, beat_at(heard.beat, now_ns))


def _faded(strength: float, elapsed_s: float) -> float:
    left = strength * math.exp(-elapsed_s / _FADE_OUT_S)
    return left if left > _UNSEEN else 0.0


def beat_at(beat: Beat, now_ns: int) -> float:
    """Return how near the last beat is, foretold ones included: 1 on it, then less."""
    if beat.period_ns <= 0 or beat.next_ns <= 0:
        return 0.0
    last_ns = beat.last_ns
    if now_ns >= beat.next_ns:
        missed = (now_ns - beat.next_ns) // beat.period_ns
        if missed >= _FORETOLD_BEATS:
            return 0.0
        last_ns = beat.next_ns + missed * beat.period_ns
    since_s = max(0.0, (now_ns - last_ns) / _NS_PER_S)
    return beat.confidence * math.exp(-since_s / _PULSE_S)


def bar_line_ns(beat: Beat, now_ns: int, within_ns: int) -> int | None:
    """Return when the next bar begins, or the next beat where bars are not told apart.

    None if there is no beat, or it is not soon.
    """
    if beat.period_ns <= 0 or beat.next_ns <= 0:
        return None
    # The beat after the last one of a bar is its line; four beats are a bar.
    of_bar = _BEATS_A_BAR if beat.in_bar >= 0 else 1
    at_ns = beat.next_ns + (of_bar - 1 - beat.in_bar) % of_bar * beat.period_ns
    if at_ns < now_ns:
        at_ns += -(-(now_ns - at_ns) // (of_bar * beat.period_ns)) * of_bar * beat.period_ns
    return at_ns if at_ns - now_ns <= within_ns else None
