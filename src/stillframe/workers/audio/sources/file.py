"""The sound in a file.

Role: frames out of WAV, FLAC, OGG, MP3 and whatever else libsndfile reads. Counterpart:
`sources.paced` plays them in their time; `stillframe audio analyse` reads them at once.

Guarantees: rate, channels and length are checked before anything is read, and named in the error;
no more than one block is in memory. A file is hostile: this runs in a sandboxed worker only.
"""

import contextlib
from typing import Final

import numpy as np
import soundfile

from stillframe.contracts.errors import FaultError, FaultKind
from stillframe.contracts.sandbox import Sandbox
from stillframe.workers.audio.sources.source import Samples
from stillframe.workers.opening import opened

# What instruments, telephones and studios use; the signal code has no use for others.
LOWEST_RATE_HZ: Final = 8_000
HIGHEST_RATE_HZ: Final = 192_000
# The largest layouts of cinemas; each channel is one more column of every block.
CHANNELS_CAP: Final = 32
# A night of music. A header may claim centuries, and each second of them costs a millisecond.
SECONDS_CAP: Final = 24 * 3600


class SoundFile:
    """One file, from its start and over again. Two channels at most are given out."""

    def __init__(self, path: bytes, sandbox: Sandbox | None = None) -> None:
        """Open a file.

        Raises:
            FaultError: why it cannot be opened or heard.
        """
        self._path = path
        with contextlib.ExitStack() as undo:
            descriptor = undo.enter_context(opened(path, sandbox))
            try:
                self._file = soundfile.SoundFile(descriptor, closefd=False)
            except soundfile.LibsndfileError as error:
                raise FaultError(
                    FaultKind.UNSUPPORTED_FORMAT, f"no sound is read from it: {error.error_string}"
                ) from error
            undo.callback(self._file.close)
            _check(self._file.samplerate, self._file.channels, self._file.frames)
            self._undo = undo.pop_all()
        self.sample_rate_hz: int = self._file.samplerate
        self.frames: int = self._file.frames
        self.channels = min(2, self._file.channels)

    @property
    def title(self) -> str:
        """The file's name."""
        return "the file " + self._path.decode("utf-8", "backslashreplace")

    def read(self, frames: int) -> Samples:
        """Return the next frames, fewer at the end, and none after it.

        Raises:
            FaultError: if the rest cannot be decoded.
        """
        try:
            samples: Samples = self._file.read(frames, dtype="float32", always_2d=True)
        except soundfile.LibsndfileError as error:
            raise FaultError(
                FaultKind.DECODER_ERROR, f"the sound ends in an error: {error.error_string}"
            ) from error
        return fold(samples)

    def take(self, frames: int) -> Samples:
        """Return exactly so many frames; after the end comes the beginning.

        Raises:
            FaultError: if it cannot be decoded, or has nothing in it.
        """
        parts, missing, rewound = [], frames, False
        while missing:
            part = self.read(missing)
            parts.append(part)
            missing -= len(part)
            if len(part):
                rewound = False
            elif rewound:
                raise FaultError(FaultKind.EMPTY, "there is no sound in it")
            else:
                rewound = True
                self._rewind()
        return parts[0] if len(parts) == 1 else np.concatenate(parts)

    def close(self) -> None:
        """Close the file."""
        self._undo.close()

    def _rewind(self) -> None:
        try:
            self._file.seek(0)
        except soundfile.LibsndfileError as error:
            raise FaultError(
                FaultKind.DECODER_ERROR, f"it cannot be played again: {error.error_string}"
            ) from error


def fold(samples: Samples) -> Samples:
    """Return at most two channels: odd ones to the left, even ones to the right.

    That is where the front, side and rear speakers of the common layouts are.
    """
    channels = samples.shape[1]
    if channels <= 2:  # noqa: PLR2004 - left and right
        return samples
    left, right = samples[:, 0::2].mean(axis=1), samples[:, 1::2].mean(axis=1)
    return np.stack((left, right), axis=1)


def _check(rate_hz: int, channels: int, frames: int) -> None:
    if not LOWEST_RATE_HZ <= rate_hz <= HIGHEST_RATE_HZ:
        limit = LOWEST_RATE_HZ if rate_hz < LOWEST_RATE_HZ else HIGHEST_RATE_HZ
        raise FaultError(
            FaultKind.UNSUPPORTED_FORMAT,
            f"{rate_hz} Hz; {LOWEST_RATE_HZ} to {HIGHEST_RATE_HZ} Hz can be heard",
            rate_hz,
            limit,
        )
    if not 1 <= channels <= CHANNELS_CAP:
        raise FaultError(
            FaultKind.UNSUPPORTED_FORMAT,
            f"{channels} channels; 1 to {CHANNELS_CAP} can be heard",
            channels,
            CHANNELS_CAP,
        )
    if frames <= 0:
        raise FaultError(FaultKind.EMPTY, "there is no sound in it")
    if frames > SECONDS_CAP * rate_hz:
        raise FaultError(
            FaultKind.TOO_LARGE,
            f"{frames // rate_hz} s long; {SECONDS_CAP} s are the most",
            frames // rate_hz,
            SECONDS_CAP,
        )
