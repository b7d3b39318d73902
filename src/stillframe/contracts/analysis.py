"""What is asked of the worker that listens to a whole file, and what it says.

Role: beats, onsets and tempo of a recording, one stretch after the other, so that no answer is
large and none takes long. Counterpart: `workers.audio.analysis`; `cli.audio` puts the stretches
together.
"""

from typing import Annotated

import msgspec

from stillframe.contracts.caps import ONSETS_CAP_ITEMS
from stillframe.contracts.images import Path
from stillframe.contracts.messages import Count, Request, Response

Seconds = Annotated[float, msgspec.Meta(ge=0, le=1_000_000)]
Times = Annotated[tuple[Seconds, ...], msgspec.Meta(max_length=ONSETS_CAP_ITEMS)]


class AnalysisRequest(Request, frozen=True, kw_only=True, tag="analysis.request"):
    """Listen to the next stretch of a file: from its beginning, or from where an answer ended."""

    path: Path
    cursor: Count = 0
    """How many frames were heard; 0 begins."""


class AnalysisResult(Response, frozen=True, kw_only=True, tag="analysis.result"):
    """What was heard in one stretch; times count from the file's beginning."""

    onsets_s: Times = ()
    beats_s: Times = ()
    tempo_bpm: Annotated[float, msgspec.Meta(gt=0, le=1000)] | None = None
    """Of all that was heard; None before there are two beats."""
    heard_s: Seconds
    length_s: Seconds
    """As the file's header says."""
    next_cursor: Count
    """Where to go on; 0 at the end."""
