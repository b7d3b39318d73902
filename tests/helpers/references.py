"""What transitions look like half way, computed again: which of them has a picture of its own.

Role: an independent picture of a moment. Counterpart: `tests/transitions/test_on_screen.py` lays it
beside what the screen shows; `moment` says what a moment is.
"""

from collections.abc import Callable

import references_crumble
import references_flat as flat
import references_pieces as pieces
import references_solid as solid
from moment import Moment, Plane

CALM = ("burn", "particle")
"""Made of luck: known where they have not begun, or are over."""

REFERENCES: dict[str, Callable[[Moment], Plane]] = {
    reference.__name__: reference
    for reference in (
        *(flat.crossfade, flat.slide, flat.wipe, flat.block_flip, flat.blinds, flat.iris),
        *(flat.clock_wipe, flat.luma_wipe, flat.zoom_blur, flat.warp_dissolve, flat.ripple),
        *(flat.kaleidoscope, flat.ink, solid.peel, solid.doors, solid.block_spins),
        *(solid.depth_parallax, solid.page_curl, solid.film_burn),
        *(pieces.diffuse, references_crumble.crumble),
    )
}
