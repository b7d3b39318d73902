"""The words between the director and whoever performs.

Role: frozen events and commands. Counterpart: `show.director` turns the first into the second;
`show.runtime` collects and performs them.
"""

import enum
from dataclasses import dataclass

from stillframe.cache.frames import CachedFrame
from stillframe.contracts.images import PLAIN, Looks
from stillframe.contracts.pixels import Size
from stillframe.library.photos import Photo
from stillframe.transport.arena import Lease
from stillframe.transport.backlog import Urgency


@dataclass(frozen=True)
class Found:
    """Photos were found, or have other contents than before."""

    photos: tuple[Photo, ...]


@dataclass(frozen=True)
class Vanished:
    """These paths are no photos of the show any more."""

    paths: tuple[bytes, ...]


@dataclass(frozen=True)
class SourcesEnded:
    """Nothing more will be found for now."""


@dataclass(frozen=True)
class SurfaceChanged:
    """The window has this many device pixels now."""

    size: Size


@dataclass(frozen=True)
class FrameArrived:
    """A decoded frame lies in a slot that is ours until it is released."""

    key: bytes
    lease: Lease
    charge_bytes: int
    looks: Looks = PLAIN


@dataclass(frozen=True)
class FrameRefused:
    """This photo cannot be shown."""

    key: bytes
    reason: str
    detail: str


@dataclass(frozen=True)
class FrameMissed:
    """A request ended without an answer about the photo itself; it may be asked again."""

    key: bytes


@dataclass(frozen=True)
class DecoderChanged:
    """Whether there is, or will be, somebody to decode photos."""

    available: bool


@dataclass(frozen=True)
class Uploaded:
    """The stage has the frame of this key in a texture: a transition to it can begin."""

    key: bytes


@dataclass(frozen=True)
class TransitionEnded:
    """The photo of this key stands alone on the screen."""

    key: bytes


@dataclass(frozen=True)
class Stepped:
    """A person wants the next photo (+1) or the previous one (-1), now."""

    direction: int


@dataclass(frozen=True)
class PauseToggled:
    """A person wants the show to stay, or to go on."""


@dataclass(frozen=True)
class PauseSet:
    """Somebody wants the show to stay (True), or to go on, whatever it does now."""

    paused: bool


@dataclass(frozen=True)
class TimePassed:
    """The time that was asked for has come."""


Cue = (
    Found
    | Vanished
    | SourcesEnded
    | SurfaceChanged
    | FrameArrived
    | FrameRefused
    | FrameMissed
    | DecoderChanged
    | Uploaded
    | TransitionEnded
    | Stepped
    | PauseToggled
    | PauseSet
    | TimePassed
)


@dataclass(frozen=True)
class Decode:
    """Ask the image worker for a frame."""

    photo: Photo
    key: bytes
    target: Size
    urgency: Urgency


@dataclass(frozen=True)
class Forget:
    """Take a request back, if it has not begun."""

    key: bytes


@dataclass(frozen=True)
class Release:
    """Give a frame's slot back to the arena."""

    frame: CachedFrame


@dataclass(frozen=True)
class Upload:
    """Bring a frame into a texture, off screen."""

    frame: CachedFrame


class Appearance(enum.Enum):
    """How a photo comes on screen."""

    TRANSITION = "transition"
    CUT = "cut"
    """The same photo at another size: nothing should be seen to happen."""


@dataclass(frozen=True)
class Present:
    """Bring the uploaded frame on screen."""

    key: bytes
    photo: Photo
    appearance: Appearance


@dataclass(frozen=True)
class Hurry:
    """Bring the transition that plays to its end at once, without a jump: a person waits."""


@dataclass(frozen=True)
class WakeAt:
    """Send `TimePassed` at this monotonic time; it replaces the time asked for before.

    `on_beat` allows it to come a little later, where a bar of music begins.
    """

    at_ns: int
    on_beat: bool = False


@dataclass(frozen=True)
class Skipped:
    """A photo was passed over; for the log and the report."""

    photo: Photo
    reason: str
    detail: str


@dataclass(frozen=True)
class NothingToShow:
    """Every photo that was found has been passed over, or none was found."""


Action = Decode | Forget | Release | Upload | Present | Hurry | WakeAt | Skipped | NothingToShow
