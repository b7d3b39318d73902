"""The transitions that come with the product, by name.

Role: the one list. Counterpart: each line is a file of `declared/`; a test holds that none is
missing and that each has its shader.
"""

from typing import Final

from stillframe.transitions.declared import (
    blinds,
    block_flip,
    block_spins,
    burn,
    clock_wipe,
    crossfade,
    crumble,
    depth_parallax,
    diffuse,
    doors,
    film_burn,
    ink,
    iris,
    kaleidoscope,
    luma_wipe,
    page_curl,
    particle,
    peel,
    pixel_sort,
    ripple,
    slide,
    warp_dissolve,
    wipe,
    zoom_blur,
)
from stillframe.transitions.model import Transition

BUILT_IN: Final[tuple[Transition, ...]] = (
    crossfade.TRANSITION,
    slide.TRANSITION,
    wipe.TRANSITION,
    diffuse.TRANSITION,
    block_flip.TRANSITION,
    blinds.TRANSITION,
    peel.TRANSITION,
    block_spins.TRANSITION,
    ripple.TRANSITION,
    warp_dissolve.TRANSITION,
    crumble.TRANSITION,
    particle.TRANSITION,
    burn.TRANSITION,
    iris.TRANSITION,
    clock_wipe.TRANSITION,
    zoom_blur.TRANSITION,
    page_curl.TRANSITION,
    ink.TRANSITION,
    luma_wipe.TRANSITION,
    depth_parallax.TRANSITION,
    pixel_sort.TRANSITION,
    kaleidoscope.TRANSITION,
    film_burn.TRANSITION,
    doors.TRANSITION,
)
"""In the order in which people read them."""
