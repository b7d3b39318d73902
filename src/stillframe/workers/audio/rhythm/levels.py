"""What each part of a beat sounds like: how strong rises are spread over it, as it was counted.

Role: a table. Counterpart: `beats` reads it; `bench.beat_levels` counts it anew, from songs whose
beats are known and that no figure is reported of.

Guarantees: as many rows as there are parts, as many columns as there are levels.
"""

from typing import Final

import numpy as np

PARTS: Final = 2
"""Places in a beat where something often begins: the beat, and its half."""

STEPS_OF_AN_ATTACK: Final = 2
"""For so many steps from there it is told apart from the rest of the beat."""

EDGES: Final = (0.05, 0.2, 0.5, 1.0, 1.6, 2.5, 4.0)
"""Between the levels of a rise, as multiples of what is usual."""

LEANINGS: Final = np.array(
    [
        [
            [-0.18, -0.09, -0.03, 0.10, 0.25, 0.43, 0.42, 0.02],
            [-1.34, -1.40, -1.06, -0.15, 0.62, 1.14, 1.53, 2.02],
            [-0.07, 0.02, -0.01, -0.04, 0.25, 0.31, -0.05, -0.43],
            [-0.64, -0.50, -0.30, 0.04, 0.47, 0.87, 1.21, 1.17],
            [0.07, 0.06, 0.05, 0.00, -0.11, -0.25, -0.39, -0.54],
        ],
        [
            [0.02, 0.07, 0.13, -0.02, -0.08, -0.19, -0.49, -0.14],
            [-0.64, -0.45, -0.31, -0.15, 0.12, 0.56, 1.12, 1.72],
            [0.10, 0.13, 0.07, -0.06, -0.18, -0.30, -0.77, -0.30],
            [-0.17, -0.08, -0.12, -0.02, 0.10, 0.21, 0.44, 0.85],
            [0.02, 0.01, 0.01, 0.01, 0.00, -0.02, -0.08, -0.32],
        ],
        [
            [-0.19, -0.05, 0.02, 0.22, 0.42, 0.59, 0.53, 0.24],
            [-1.40, -1.15, -0.63, 0.01, 0.58, 1.02, 1.37, 1.99],
            [-0.12, 0.09, -0.00, 0.17, 0.28, 0.52, 0.41, -0.43],
            [-0.62, -0.31, -0.11, 0.33, 0.56, 0.72, 1.04, 1.28],
            [0.07, 0.04, 0.03, -0.05, -0.13, -0.25, -0.36, -0.57],
        ],
    ],
    dtype=np.float32,
)
"""The logarithm of how much likelier each level is in each part than anywhere.

Shape (3, rows, 8): for the whole, the bass and the treble; the rows are, for each of `PARTS`, the
steps of an attack, then one for all other places; the columns are the levels.
"""
