"""The old photo is drawn into a whirl and comes out as the new one."""

from typing import Final

from stillframe.transitions.model import Transition

TRANSITION: Final = Transition(
    id="warp_dissolve",
    name="Warp Dissolve",
    summary="the old photo is drawn into a whirl and comes out as the new one",
    default_duration_s=6.0,
)
