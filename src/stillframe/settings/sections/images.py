"""What decoding a photo may cost.

Role: one group of settings. Counterpart: `settings.declared` puts the groups together.
"""

from typing import Final, Literal, TypeAlias, get_args

from msgspec import Struct

from stillframe.settings.schema import Choice, Integer, Number, Setting, Switch

_MIB: Final = 1 << 20
_GIB: Final = 1 << 30

Decoders: TypeAlias = Literal["auto", "1", "2"]


class ImageSettings(Struct, frozen=True, kw_only=True):
    """What decoding a photo may cost."""

    arena_bytes: int
    max_source_pixels: int
    max_source_bytes: int
    decode_deadline_s: float
    memory_bytes: int
    workers: Decoders
    sharpen: bool


DECLARATIONS: Final[tuple[Setting, ...]] = (
    Integer(
        key="images.arena_bytes",
        unit="bytes",
        minimum=64 * _MIB,
        maximum=4 * _GIB,
        default=256 * _MIB,
        help="memory for decoded photos; at most an eighth of the machine's memory is used",
    ),
    # Phone cameras make 200 megapixels, so the default lets them pass.
    Integer(
        key="images.max_source_pixels",
        unit="pixels",
        minimum=1_000_000,
        maximum=1 << 30,
        default=1 << 28,
        help="largest photo that is decoded, as width times height",
    ),
    Integer(
        key="images.max_source_bytes",
        unit="bytes",
        minimum=_MIB,
        maximum=4 * _GIB,
        default=512 * _MIB,
        help="largest file that is decoded",
    ),
    Number(
        key="images.decode_deadline_s",
        unit="s",
        minimum=1,
        maximum=300,
        default=20,
        help="time that decoding one photo may take before it is given up",
    ),
    # A progressive photo of 50 megapixels takes 0.7 GiB, and one of 130 still fits.
    Integer(
        key="images.memory_bytes",
        unit="bytes",
        minimum=256 * _MIB,
        maximum=64 * _GIB,
        default=2 * _GIB,
        help="memory that decoding may take, besides that for the decoded photos",
    ),
    # A photo takes 0.2 s of one core: two at once are for machines whose cores would else be idle.
    Choice(
        key="images.workers",
        choices=get_args(Decoders),
        default="auto",
        help=(
            "how many photos are decoded at the same time; auto: two where there are eight or more "
            "processors, else one"
        ),
    ),
    Switch(
        key="images.sharpen",
        default=False,
        help="whether a photo is sharpened after it is made smaller",
    ),
)
