"""The names of cached frames.

Role: exactly two shapes, `path` and `path|scaled:WxH`, in device pixels; what a non-default
profile changes follows after that. Counterpart: the image worker carries a request's key back.
"""

from typing import Final

from stillframe.contracts.images import Colour, Mode, Profile
from stillframe.contracts.pixels import Size

_SCALED: Final = b"|scaled:"


def raw_key(path: bytes) -> bytes:
    """Return the key of a photo at its own size."""
    return path


def scaled_key(path: bytes, size: Size, profile: Profile) -> bytes:
    """Return the key of a photo made for `size` device pixels."""
    words = []
    if profile.mode is not Mode.FILL:
        words.append(profile.mode.value)
    if profile.sharpen:
        words.append("sharpen")
    if profile.colour is not Colour.SRGB:
        words.append(profile.colour.value)
    suffix = "".join(f"|{word}" for word in words)
    return path + _SCALED + f"{size.width}x{size.height}{suffix}".encode()


def is_scaled(key: bytes) -> bool:
    """Say which of the two shapes a key has."""
    return _SCALED in key


def photo_of(key: bytes) -> bytes:
    """Return the path of the photo that a key is for."""
    path, scaled, _ = key.rpartition(_SCALED)
    return path if scaled else key
