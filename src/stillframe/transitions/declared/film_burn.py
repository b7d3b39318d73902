"""Light leaks in, and the next photo is in it."""

from typing import Final

from stillframe.transitions.model import Easing, Transition

TRANSITION: Final = Transition(
    id="film_burn",
    name="Film burn",
    summary="a white-hot light sweeps over the frame and leaves the next photo behind",
    default_duration_s=2.2,
    easing=Easing.LINEAR,
)
