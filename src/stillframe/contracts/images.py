"""The image worker's request and result.

Role: one photo in, one frame in a slot out. Counterpart: `workers.images`.
"""

import enum
from typing import Annotated, Final

import msgspec

from stillframe.contracts.caps import KEY_CAP_BYTES, PATH_CAP_BYTES, SIDE_CAP_PX
from stillframe.contracts.messages import Count, Request, Response
from stillframe.contracts.pixels import PixelFormat, Size

Path = Annotated[bytes, msgspec.Meta(min_length=1, max_length=PATH_CAP_BYTES)]
CacheKey = Annotated[bytes, msgspec.Meta(min_length=1, max_length=KEY_CAP_BYTES)]
Side = Annotated[int, msgspec.Meta(ge=1, le=SIDE_CAP_PX)]


class Mode(enum.StrEnum):
    """How a photo meets a screen of another shape."""

    FILL = "fill"
    """Cover the screen; what hangs over is cropped around the centre."""
    FIT = "fit"
    """Show all of it, as large as it goes; the rest is mat."""
    SHRINK = "shrink"
    """Like fit, but never enlarge."""


class Pool(enum.StrEnum):
    """Where a photo came from; the show mixes the two by a ratio."""

    LOCAL = "local"
    FEED = "feed"


class Colour(enum.StrEnum):
    """What is done about colour profiles."""

    SRGB = "srgb"
    """Convert to sRGB where a profile is embedded."""
    AS_IS = "as-is"
    """Leave the numbers alone."""


class Profile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the pixels are made, and what is told of them."""

    mode: Mode = Mode.FILL
    sharpen: bool = False
    colour: Colour = Colour.SRGB
    interest: bool = False
    """Whether the place that draws the eye is looked for."""


class RatioPolicy(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which pool a request was drawn from; the answer carries it back."""

    pool: Pool = Pool.LOCAL


class SlotGrant(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Leave to write one slot, once. The generation makes a late writer recognisable."""

    index: Annotated[int, msgspec.Meta(ge=0, le=4095)]
    generation: Count


class ImageRequest(Request, frozen=True, kw_only=True, tag="images.request"):
    """Decode `path`, scale it for `target_size` device pixels, write it into `slot`.

    `slot` is filled in by the supervisor when the request is sent; an unsent request has none.
    """

    path: Path
    target_size: Size
    profile: Profile
    cache_key: CacheKey
    ratio_policy: RatioPolicy
    slot: SlotGrant | None = None


Colour24 = Annotated[int, msgspec.Meta(ge=0, le=0xFFFFFF)]
Thousandth = Annotated[int, msgspec.Meta(ge=0, le=1000)]


class Looks(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is seen in a frame."""

    colours: Annotated[tuple[Colour24, ...], msgspec.Meta(max_length=4)] = ()
    """Colours of the photo that can be seen over it, the most frequent first; as 0xRRGGBB."""
    interest: tuple[Thousandth, Thousandth] = (500, 500)
    """The place that draws the eye, across and down, in thousandths of the frame."""


PLAIN: Final = Looks()


class ImageResult(Response, frozen=True, kw_only=True, tag="images.result"):
    """A frame is in the slot; `ts_ns` is when its last pixel was written."""

    cache_key: CacheKey
    ratio_policy: RatioPolicy
    slot: SlotGrant
    width: Side
    height: Side
    stride: Count
    format: PixelFormat
    ts_ns: Count = msgspec.field(name="ts")
    looks: Looks = PLAIN
    source_size: tuple[Count, Count]
    """Width and height of the photo itself, orientation applied, in pixels."""
