"""The photo is a slab that turns over, the new one on its back."""

from typing import Final

from stillframe.transitions.model import CARDINAL, DIAGONAL, Transition

TRANSITION: Final = Transition(
    id="block_spins",
    name="3D Block Spins",
    summary="the photo is a slab that turns over, the new one on its back",
    default_duration_s=9.0,
    directions=CARDINAL + DIAGONAL,
)
