"""The transitions that come with the product, by name.

Role: the one list. Counterpart: each line is a file of `declared/`; a test holds that none is
missing and that each has its shader.
"""

from typing import Final

from stillframe.transitions.declared import (
    blinds,
    block_flip,
    crossfade,
    diffuse,
    slide,
    wipe,
)
from stillframe.transitions.model import Transition

BUILT_IN: Final[tuple[Transition, ...]] = (
    crossfade.TRANSITION,
    slide.TRANSITION,
    wipe.TRANSITION,
    diffuse.TRANSITION,
    block_flip.TRANSITION,
    blinds.TRANSITION,
)
"""In the order in which people read them."""
