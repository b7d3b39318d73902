"""What a bake takes and gives.

Role: the values between the worker and its bakes. Counterpart: `bakes/` holds one module for each
transition that has a table; `core` knows them by name.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from stillframe.contracts.pixels import Size
from stillframe.transitions.model import Value
from stillframe.workers.transitions.draws import Draws

TABLE_CAP_BYTES: Final = 1 << 20
"""Of one table: it is uploaded while the screen is at rest, next to a photo thirty times as big."""


@dataclass(frozen=True)
class BakeRequest:
    """What is baked: every parameter has a value."""

    parameters: Mapping[str, Value]
    size: Size
    direction: str

    def number(self, name: str) -> float:
        """Return a parameter that is a number."""
        return float(self.parameters[name])


@dataclass(frozen=True)
class Table:
    """Texels of red, green, blue and alpha: shape (rows, columns, 4)."""

    texels: npt.NDArray[np.uint8]

    def __post_init__(self) -> None:
        """Refuse what is no table, or more than the cap."""
        if self.texels.ndim != 3 or self.texels.shape[2] != 4:  # noqa: PLR2004 - rgba
            raise ValueError(f"a table of shape {self.texels.shape} is not (rows, columns, 4)")
        if self.texels.nbytes > TABLE_CAP_BYTES:
            raise ValueError(f"a table of {self.texels.nbytes} bytes, of {TABLE_CAP_BYTES}")

    @property
    def columns(self) -> int:
        """How wide it is."""
        return int(self.texels.shape[1])

    @property
    def rows(self) -> int:
        """How high it is."""
        return int(self.texels.shape[0])


Bake: TypeAlias = Callable[[BakeRequest, Draws], Table]


def packed16(values: npt.NDArray[np.integer]) -> npt.NDArray[np.uint8]:
    """Return numbers of 0 to 65535 as two bytes in a new last axis, the high one first."""
    clipped = np.clip(values, 0, 65535).astype(np.uint16)
    return np.stack([clipped >> 8, clipped & 255], axis=-1).astype(np.uint8)
