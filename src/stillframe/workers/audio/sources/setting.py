"""From what a person wrote to a source of sound.

Role: the words of `--audio`. Counterpart: `io` asks for what the request names.
"""

import os

from stillframe.contracts.control import Start
from stillframe.contracts.errors import FaultError, FaultKind
from stillframe.workers.audio.sources.file import SoundFile
from stillframe.workers.audio.sources.paced import PacedSource
from stillframe.workers.audio.sources.source import SAMPLE_RATE_HZ, Source
from stillframe.workers.audio.sources.synthetic import SyntheticFrames


def open_source(wanted: str, start: Start) -> Source:
    """Return what is to be listened to: `file:PATH` or `synthetic:SEED`.

    Raises:
        FaultError: if there is no such source, or it cannot be opened.
    """
    kind, _, detail = wanted.partition(":")
    if kind == "file" and detail:
        return PacedSource(SoundFile(os.fsencode(detail), start.sandbox))
    if kind == "synthetic" and detail.isdecimal():
        return PacedSource(SyntheticFrames(int(detail), SAMPLE_RATE_HZ))
    raise FaultError(
        FaultKind.BAD_REQUEST, f"{wanted!r:.200} is no sound: give file:PATH or synthetic:SEED"
    )
