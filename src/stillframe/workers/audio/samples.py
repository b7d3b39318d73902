"""Samples that can be computed with, whatever a device or a file has handed out.

Role: pure: the one place where wrong samples are mended. Counterpart: `core` passes each block
through here, and `spectrum` once more, so that it keeps its word on its own too.

Guarantees: what comes out is finite and within `LOUDEST`; sound that was so before is not copied.
"""

from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

Floats: TypeAlias = npt.NDArray[np.float32]

LOUDEST: Final = 16.0
"""Times full scale: louder is wrong data, and must not become infinite when it is squared."""


def cleaned(samples: Floats) -> Floats:
    """Return samples of the same shape; what is no number is 0, what is too loud is cut."""
    # A single one that is no number makes both of them none, and the comparison false.
    if samples.min(initial=0.0) >= -LOUDEST and samples.max(initial=0.0) <= LOUDEST:
        return samples
    numbers = np.nan_to_num(samples, nan=0.0, posinf=0.0, neginf=0.0)
    mended: Floats = np.clip(numbers, -LOUDEST, LOUDEST)
    return mended
