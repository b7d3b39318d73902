"""The beat on the clock: what the tracker says in seconds of sound, in monotonic time.

Role: ties `rhythm` to the moments at which blocks were heard. Counterpart: `core` pushes each block
and publishes the beat.

Guarantees: however sound stops and starts, a beat lies where it was heard; the count never falls.
"""

from stillframe.contracts.hearing import Beat
from stillframe.workers.audio.core import Floats
from stillframe.workers.audio.rhythm.tracker import Rhythm

_NS_PER_S = 1_000_000_000
_S_PER_MINUTE = 60.0


class Metronome:
    """The beat of what was pushed."""

    def __init__(self, sample_rate_hz: int) -> None:
        """Begin without a beat.

        Raises:
            ValueError: if no tracker works at this rate.
        """
        self._rhythm = Rhythm(sample_rate_hz)
        self._beat = Beat()
        self._onset = 0.0

    @property
    def onset(self) -> float:
        """How much something begins just now, 0 to 1."""
        return self._onset

    @property
    def beat(self) -> Beat:
        """The beat as far as it is known."""
        return self._beat

    def push(self, mono: Floats, end_ns: int) -> None:
        """Take the next block: one channel, and when its last sample was heard."""
        state = self._rhythm.push(mono)
        # Seconds count from the first sample, and sound may have stopped since: only the distance
        # from the end of this block is sure.
        zero_ns = end_ns - round(state.heard_s * _NS_PER_S)
        self._onset = min(1.0, max(0.0, state.onset_strength))
        tempo_bpm, next_s = state.tempo_bpm, state.next_beat_s
        last_ns, count = self._beat.last_ns, self._beat.count + len(state.beats_s)
        if state.beats_s:
            last_ns = max(0, zero_ns + round(state.beats_s[-1] * _NS_PER_S))
        if tempo_bpm is None or next_s is None:
            self._beat = Beat(count=count, last_ns=last_ns)
            return
        self._beat = Beat(
            count=count,
            last_ns=last_ns,
            next_ns=max(0, zero_ns + round(next_s * _NS_PER_S)),
            period_ns=round(_S_PER_MINUTE / tempo_bpm * _NS_PER_S),
            tempo_bpm=tempo_bpm,
            confidence=state.confidence,
            in_bar=-1 if state.beat_in_bar is None else state.beat_in_bar,
        )
