"""From what a person wrote to a source of sound.

Role: the words of `--audio`. Counterpart: `io` asks for what the request names.
"""

import os
from collections.abc import Callable
from typing import Final

from stillframe.contracts.control import Accompany, Start
from stillframe.contracts.errors import FaultError, FaultKind
from stillframe.workers.audio.sources.file import SoundFile
from stillframe.workers.audio.sources.live import LiveSource
from stillframe.workers.audio.sources.paced import PacedSource
from stillframe.workers.audio.sources.pipe import PipeSource
from stillframe.workers.audio.sources.server import SoundServer
from stillframe.workers.audio.sources.source import CHANNELS, SAMPLE_RATE_HZ, Source
from stillframe.workers.audio.sources.synthetic import SyntheticFrames

# As wide as what the generator is seeded with.
_SEED_CAP: Final = 1 << 64


def open_source(wanted: str, start: Start, say: Callable[[Accompany], None]) -> Source:
    """Return what is to be listened to: auto, mic, a device, `file:PATH` or `synthetic:SEED`.

    Args:
        wanted: what a person wrote.
        start: what this process was given.
        say: tells the supervisor what is wished of the program that records.

    Raises:
        FaultError: if the file or the seed is none, or nothing here can record.
    """
    kind, colon, detail = wanted.partition(":")
    if kind == "file" and colon:
        return PacedSource(SoundFile(os.fsencode(detail), start.sandbox))
    if kind == "synthetic" and colon:
        return PacedSource(SyntheticFrames(_seed(detail), SAMPLE_RATE_HZ))
    if start.companion is None:
        raise FaultError(FaultKind.NO_DEVICE, "there is nothing here that could record sound")
    pipe = PipeSource(start.companion, SAMPLE_RATE_HZ, CHANNELS)
    return LiveSource(wanted, pipe, SoundServer(os.environ), say)


def _seed(word: str) -> int:
    # Longer ones are not read: that alone would take seconds.
    digits = word.isascii() and word.isdecimal() and len(word) <= len(str(_SEED_CAP))
    if digits and int(word) < _SEED_CAP:
        return int(word)
    raise FaultError(
        FaultKind.BAD_REQUEST, f"{word!r:.40} is no seed; give a number, as in synthetic:1"
    )
