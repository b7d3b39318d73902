"""The audio worker's request and result.

Role: how sound becomes bars; the bars themselves never travel as a message. Counterpart: the
audio worker writes them to the shared memory that `bins` names, the interface reads the latest.
"""

import enum
from typing import Annotated, Final

import msgspec

from stillframe.contracts.messages import Count, Request, Response, Text

AUTO: Final = "auto"
"""The source that is whatever the computer plays."""
OFF: Final = "off"
"""No source at all."""
Ratio = Annotated[float, msgspec.Meta(ge=0, le=1)]
Gain = Annotated[float, msgspec.Meta(ge=0, le=100)]
Decibels = Annotated[float, msgspec.Meta(ge=-60, le=60)]
TimeConstantSeconds = Annotated[float, msgspec.Meta(ge=0, le=60)]


class WindowConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The transform's input: a long window for bass, a short one for treble.

    In frames at 48 kHz; at another rate they last as long.
    """

    bass_frames: Annotated[int, msgspec.Meta(ge=256, le=65536)] = 8192
    treble_frames: Annotated[int, msgspec.Meta(ge=64, le=65536)] = 1024
    bar_count: Annotated[int, msgspec.Meta(ge=8, le=128)] = 64


class SmoothingConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How fast a bar rises and falls, as time constants."""

    attack_s: TimeConstantSeconds = 0.01
    decay_s: TimeConstantSeconds = 0.15


class GhostingConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The ghost that stands where a bar has been."""

    enabled: bool = True
    hold_s: TimeConstantSeconds = 0.25
    decay_s: TimeConstantSeconds = 0.8


class FloorConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where noise ends and sound begins."""

    dynamic: bool = True
    minimum: Gain = 0.12
    maximum: Gain = 4.0
    manual: Gain = 2.1
    mid_weight: Ratio = 0.18


class Face(enum.StrEnum):
    """What makes bars of sound."""

    SPECTRUM = "spectrum"
    CLASSIC = "classic"
    """As the plan's origin made them, number for number."""


class ToneConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which part of the sound becomes bars, and how much of it."""

    stereo: bool = True
    low_hz: Annotated[float, msgspec.Meta(ge=10, le=2_000)] = 40.0
    high_hz: Annotated[float, msgspec.Meta(ge=200, le=96_000)] = 16_000.0
    a_weighting: bool = True
    """Whether each pitch counts as much as the ear makes of it."""
    equaliser_db: Annotated[tuple[Decibels, ...], msgspec.Meta(max_length=32)] = ()
    """Spread evenly over the bars; empty changes nothing."""
    sensitivity: Annotated[float, msgspec.Meta(ge=0.05, le=20)] | None = None
    """How tall bars become; None follows the sound."""


class AudioRequest(Request, frozen=True, kw_only=True, tag="audio.request"):
    """Publish bars made this way until the next request.

    `source` is auto, mic, a device's name, file:PATH, synthetic:SEED, or off to listen to nothing.
    """

    source: Text = "auto"
    face: Face = Face.SPECTRUM
    tone: ToneConfig = ToneConfig()

    window: WindowConfig
    smoothing: SmoothingConfig
    ghosting_cfg: GhostingConfig
    floor_config: FloorConfig


class BinsHandle(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where in each publication the bars begin; the ghosts follow them.

    See `contracts.hearing`.
    """

    offset_bytes: Count
    bar_count: Annotated[int, msgspec.Meta(ge=1, le=128)]
    ghost_count: Annotated[int, msgspec.Meta(ge=0, le=128)]
    channel_count: Annotated[int, msgspec.Meta(ge=1, le=2)]


class AudioResult(Response, frozen=True, kw_only=True, tag="audio.result"):
    """The request is in force. Beat, ghosts, generation and time ride with each publication.

    The generation is the request's, so that nobody takes bars of the one before for its own.
    """

    bins: BinsHandle
    beat_offset_bytes: Count
    ts_ns: Count = msgspec.field(name="ts")
