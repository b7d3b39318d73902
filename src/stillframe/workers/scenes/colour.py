"""Colour: from the hexadecimal codes of a palette to linear light, and smooth ramps between.

Role: palettes are written as sRGB codes, which people can read; light is added in linear numbers.
Counterpart: every painting takes its palette through here; `develop` turns light back into sRGB.

Guarantees: pure; ramps are twice differentiable, so that a gradient has no visible edge.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from stillframe.workers.scenes.frame import Plane
from stillframe.workers.scenes.noise import spread

_RAMP_STEPS: Final = 2048
_SRGB_TOE: Final = 0.04045

# Linear sRGB to the cone responses of Oklab, and those to lightness and two opponent axes.
_TO_CONES: Final = (
    (0.4122214708, 0.5363325363, 0.0514459929),
    (0.2119034982, 0.6806995451, 0.1073969566),
    (0.0883024619, 0.2817188376, 0.6299787005),
)
_TO_OPPONENTS: Final = (
    (0.2104542553, 0.7936177850, -0.0040720468),
    (1.9779984951, -2.4285922050, 0.4505937099),
    (0.0259040371, 0.7827717662, -0.8086757660),
)


def light(code: str) -> Plane:
    """Return the linear light of a code such as "ffb070", shape (3,)."""
    encoded = np.array([int(code[at : at + 2], 16) / 255 for at in (0, 2, 4)])
    linear = np.where(
        encoded <= _SRGB_TOE,
        encoded / 12.92,
        ((encoded + 0.055) / 1.055) ** 2.4,
    )
    return linear.astype(np.float32)


def tint(code: str, strength: float = 1.0) -> Plane:
    """Return a code's light, times `strength`, ready to broadcast over planes: shape (3, 1, 1)."""
    return (light(code) * np.float32(strength))[:, None, None]


def ramp(codes: tuple[str, ...]) -> Plane:
    """Return a smooth ramp through evenly spaced colours, shape (3, 2048), in linear light.

    The colours pull the ramp like the control points of a spline. It is blended in Oklab, where
    the way between two hues does not turn grey.
    """
    cones, opponents = np.array(_TO_CONES), np.array(_TO_OPPONENTS)
    lab = np.stack([opponents @ np.cbrt(cones @ light(code)) for code in codes])
    # Two mirrored points beyond each end make the ramp start and stop at its end colours.
    ends = [2 * lab[:1] - lab[1:2], lab, 2 * lab[-1:] - lab[-2:-1], lab[-1:]]
    at = np.linspace(0, len(codes) - 1, _RAMP_STEPS, dtype=np.float32)
    smooth = spread(np.concatenate(ends).astype(np.float32), at).astype(np.float64)
    linear = np.linalg.inv(cones) @ (np.linalg.inv(opponents) @ smooth.T) ** 3
    return np.clip(linear, 0, None).astype(np.float32)


def along(colours: Plane, t: Plane) -> Plane:
    """Return the colours of a ramp at `t` from 0 to 1, any shape, as shape (3, *t.shape)."""
    place = np.clip(t, 0, 1) * np.float32(_RAMP_STEPS - 1)
    # Half a step of 2048 is far below what 8 bits show, so the nearest entry will do.
    index: NDArray[np.int32] = (place + np.float32(0.5)).astype(np.int32)
    return colours[:, index]


def ease(low: float, high: float, value: Plane) -> Plane:
    """Return 0 below `low`, 1 above `high`, and a smooth S between; `low` may be the larger."""
    t = np.clip((value - np.float32(low)) * np.float32(1 / (high - low)), 0, 1)
    return np.asarray(t * t * (3 - 2 * t), dtype=np.float32)


def mix(under: Plane, over: Plane, share: Plane) -> None:
    """Blend `over` into `under` in place, `share` from 0 to 1; all broadcast to `under`."""
    under += (over - under) * share
