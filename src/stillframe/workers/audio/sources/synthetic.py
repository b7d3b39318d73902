"""Music that nobody plays, the same for the same seed.

Role: something to look at where there is no sound, and something to measure by: its tempo and its
beats are known. Counterpart: `sources.paced` plays it.

Guarantees: the frames depend on the seed and the rate alone, not on how they are asked for; a kick
begins on every beat, at `beat_frames` from the one before.
"""

from typing import Final

import numpy as np

from stillframe.workers.audio.sources.source import Samples

_SLOWEST_BPM: Final = 92
_FASTEST_BPM: Final = 148
# A minor pentatonic scale: any of its notes goes with any other.
_SCALE: Final = (0, 3, 5, 7, 10)
_BASS_HZ: Final = 55.0
_CHORD_HZ: Final = 220.0
_BEATS_A_BAR: Final = 4
_CHORD_NOTES: Final = 3


class SyntheticFrames:
    """Kick, hat, bass and chords, in stereo, without an end."""

    channels: int = 2

    def __init__(self, seed: int, sample_rate_hz: int) -> None:
        """Draw the tempo from the seed."""
        self._seed, self.sample_rate_hz = seed, sample_rate_hz
        bpm = np.random.default_rng(seed).integers(_SLOWEST_BPM, _FASTEST_BPM, endpoint=True)
        self.beat_frames = round(60 * sample_rate_hz / int(bpm))
        self._beat = 0
        self._rest: Samples = np.zeros((0, 2), np.float32)

    @property
    def title(self) -> str:
        """What it is."""
        return f"a synthetic tune (seed {self._seed})"

    @property
    def tempo_bpm(self) -> float:
        """Its tempo, exactly."""
        return 60 * self.sample_rate_hz / self.beat_frames

    def take(self, frames: int) -> Samples:
        """Return the next frames."""
        parts, have = [self._rest], len(self._rest)
        while have < frames:
            parts.append(self._next_beat())
            have += self.beat_frames
        samples = np.concatenate(parts)
        self._rest = samples[frames:]
        return samples[:frames]

    def close(self) -> None:
        """Nothing is open."""

    def _next_beat(self) -> Samples:
        bar, in_bar = divmod(self._beat, _BEATS_A_BAR)
        rng = np.random.default_rng((self._seed, self._beat))
        of_bar = np.random.default_rng((self._seed, bar, 1))
        self._beat += 1
        t = np.arange(self.beat_frames) / self.sample_rate_hz
        # The pitch of a drum falls from 150 to 50 Hz as its skin comes to rest.
        kick = np.sin(2 * np.pi * (50 * t + 4 * (1 - np.exp(-t / 0.04)))) * np.exp(-t / 0.12)
        half = self.beat_frames // 2
        hat = np.zeros_like(t)
        hat[half:] = rng.standard_normal(len(t) - half) * np.exp(-t[: len(t) - half] / 0.03)
        bass_hz = _BASS_HZ * 2 ** (_SCALE[of_bar.integers(len(_SCALE))] / 12)
        bass = np.sin(2 * np.pi * bass_hz * t) * np.exp(-t / 0.4)
        notes = of_bar.choice(_SCALE, _CHORD_NOTES, replace=False)
        chord = sum(np.sin(2 * np.pi * _CHORD_HZ * 2 ** (note / 12) * t) for note in notes)
        # What is left of a note when the next begins would click: all end at zero.
        fade = np.minimum(1.0, (t[-1] - t) / 0.01)
        swell = np.exp(-t / (0.5 if in_bar == 0 else 0.25))
        middle = 0.45 * kick + 0.2 * bass
        left = middle + 0.05 * hat + 0.06 * chord * swell
        right = middle + 0.08 * hat + 0.05 * chord * swell
        both: Samples = (np.stack((left, right), axis=1) * fade[:, None]).astype(np.float32)
        return both
