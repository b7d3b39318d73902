"""What a trial of a transition says: drawn once beside a crossfade, and timed.

Role: the words between the child that draws and whoever sent it. Counterpart: `player.trial` writes
them to its standard output, `show.trying` judges.

Guarantees: what is not exactly this is refused; the reader takes `SAID_CAP_BYTES` and no more.
"""

from typing import Final

import msgspec

WIDTH_PX: Final = 640
HEIGHT_PX: Final = 360
"""What is drawn: a ninth of a common screen."""

BEGUN: Final = "begun"
"""The first line: all stands, and the crossfade has been drawn. What follows is the shader's."""
SAID_CAP_BYTES: Final = 4096


class Measured(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Each line after it, one a frame; the last one counts.

    Attributes:
        crossfade_s: what a frame of the crossfade took, at its best.
        frame_s: what the longest of the moments took, each at its best so far.
        failed: what the driver says if it cannot take the shader; empty otherwise.
    """

    crossfade_s: float
    frame_s: float
    failed: str = ""


_ENCODER: Final = msgspec.json.Encoder()
_DECODER: Final = msgspec.json.Decoder(Measured)


def encoded(measured: Measured) -> str:
    """Return a line."""
    return _ENCODER.encode(measured).decode()


def decoded(line: str) -> Measured | None:
    """Return what a line says; None if it says something else."""
    try:
        return _DECODER.decode(line)
    except (msgspec.MsgspecError, UnicodeError):
        return None
