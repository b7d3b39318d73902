"""How one photo gives way to the next.

Role: one group of settings. Counterpart: `settings.declared` puts the groups together;
`show.repertoire` knows the transitions by name and reads the lists.
"""

from typing import Final, Literal, TypeAlias, get_args

from msgspec import Struct

from stillframe.settings.schema import Choice, Setting, Words

EasingChoice: TypeAlias = Literal[
    "auto", "linear", "in-out-sine", "in-out-quad", "in-out-cubic", "out-cubic"
]


class TransitionSettings(Struct, frozen=True, kw_only=True):
    """Which transitions play, how often, how long and which way."""

    type: str
    enabled: str
    durations_s: str
    directions: str
    parameters: str
    easing: EasingChoice


DECLARATIONS: Final[tuple[Setting, ...]] = (
    Words(
        key="transitions.type",
        unit="name",
        default="crossfade",
        flag="--transition",
        help="its name, random, or in-turn: one after the other; see `stillframe transitions list`",
    ),
    Words(
        key="transitions.enabled",
        unit="names",
        help=(
            "those that come at random, such as ripple, wipe=3: the number is how often one comes, "
            "beside 1; empty for all"
        ),
    ),
    Words(
        key="transitions.durations_s",
        unit="names",
        help="seconds of single transitions, such as ripple=7.2, wipe=3; others have their own",
    ),
    Words(
        key="transitions.directions",
        unit="names",
        help="ways of single transitions, such as slide=left-to-right; others go at random",
    ),
    Words(
        key="transitions.parameters",
        unit="names",
        help="parameters of single transitions, such as blinds.columns=20, diffuse.block_size=8",
    ),
    Choice(
        key="transitions.easing",
        choices=get_args(EasingChoice),
        default="auto",
        help="how a transition begins and ends; auto: each as it is meant",
    ),
)
