"""What is known of a photo from its header.

Role: the value between `workers.library.header`, which reads it, and `workers.library.index`, which
keeps it. It costs nothing to import: what reads headers is loaded when the first photo is shown.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Header:
    """One photo's facts.

    Attributes:
        width: in pixels, upright; so is `height`.
        orientation: EXIF's, 1 to 8.
        taken_s: seconds since 1970 by the camera's clock, whatever its zone.
        latitude: in degrees, north positive.
        longitude: in degrees, east positive.
        rating: 0 to 5 stars.
    """

    format: str
    width: int
    height: int
    orientation: int = 1
    taken_s: int | None = None
    camera: str = ""
    latitude: float | None = None
    longitude: float | None = None
    rating: int = 0
    keywords: tuple[str, ...] = ()
