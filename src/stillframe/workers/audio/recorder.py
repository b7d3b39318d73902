"""Records a device and writes it to its standard output; a program of its own.

Role: does what `parec` does, where there is none, and on Windows; started by the supervisor as a
companion. Counterpart: `sources.pipe` reads at the other end of the pipe.

Guarantees: writes interleaved little-endian float32, 48 kHz, two channels, and nothing else. Ends
when nobody reads any more, or when the device or the sound server goes: the library cannot connect
twice in one process, so the next one is another process.

On Windows a device without a name is what the default speaker plays (WASAPI loopback). That was
written by the library's documentation and is untested.
"""

import contextlib
import os
import sys
from typing import Final

import numpy as np

from stillframe.workers.audio.sources.source import BLOCK_FRAMES, CHANNELS, SAMPLE_RATE_HZ

EXIT_OK: Final = 0
EXIT_FAILED: Final = 1
EXIT_USAGE: Final = 2


def main(argv: list[str]) -> int:
    """Record until nobody reads; return the exit status."""
    if len(argv) != 1:
        print("usage: python -m stillframe.workers.audio.recorder DEVICE", file=sys.stderr)  # noqa: T201
        return EXIT_USAGE
    try:
        _record(argv[0])
    except BrokenPipeError:
        return EXIT_OK
    # The library's ways of saying that there is no server, no such device, or none any more.
    except (AssertionError, IndexError, OSError, RuntimeError) as error:
        print(f"{argv[0]} cannot be recorded: {error!r}", file=sys.stderr)  # noqa: T201
        return EXIT_FAILED
    return EXIT_OK


def _record(name: str) -> None:
    import soundcard  # noqa: PLC0415 - it connects to the sound server when it is imported

    device = name or str(soundcard.default_speaker().id)
    microphone = soundcard.get_microphone(device, include_loopback=True)
    with microphone.recorder(
        samplerate=SAMPLE_RATE_HZ, channels=CHANNELS, blocksize=BLOCK_FRAMES
    ) as recorder:
        while True:
            block = recorder.record(BLOCK_FRAMES)
            _write(np.ascontiguousarray(block, dtype="<f4").tobytes())


def _write(data: bytes) -> None:
    """Write all of it to the standard output, which has no buffer here."""
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(1, rest) :]


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        sys.exit(main(sys.argv[1:]))
