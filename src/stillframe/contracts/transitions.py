"""The transition worker's request and result.

Role: a transition's name, parameters and seed in; baked tables out. Counterpart: the worker that
bakes them into shared memory; the player's shaders read them as a texture.
"""

from typing import Annotated

import msgspec

from stillframe.contracts.images import SlotGrant
from stillframe.contracts.messages import Count, Request, Response
from stillframe.contracts.pixels import Size

Word = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
ParameterValue = bool | int | float | Word


class TransitionRequest(Request, frozen=True, kw_only=True, tag="transitions.request"):
    """Bake one transition. The same fields give the same bytes, on any machine.

    `direction_history` holds the directions used before, newest last; the choice of the next one
    is a pure function of it and of `seed`.
    """

    transition_type: Word
    params: Annotated[dict[Word, ParameterValue], msgspec.Meta(max_length=64)]
    duration_s: Annotated[float, msgspec.Meta(gt=0, le=60)] = msgspec.field(name="duration")
    direction_history: Annotated[tuple[Word, ...], msgspec.Meta(max_length=16)]
    seed: Count
    size: Size
    slot: SlotGrant | None = None


class BakedTable(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One table inside the payload: `columns` x `rows` texels at `offset_bytes`."""

    name: Word
    offset_bytes: Count
    columns: Annotated[int, msgspec.Meta(ge=1, le=4096)]
    rows: Annotated[int, msgspec.Meta(ge=1, le=4096)]


class TransitionResult(Response, frozen=True, kw_only=True, tag="transitions.result"):
    """The baked payload lies in `slot`; `direction` is the one that was chosen."""

    transition_type: Word
    direction: Word
    slot: SlotGrant
    tables: Annotated[tuple[BakedTable, ...], msgspec.Meta(max_length=16)]
