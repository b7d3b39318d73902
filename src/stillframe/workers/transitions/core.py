"""Which transition has which bake; pure.

Role: from a request's words to a table. Counterpart: `io` puts the table into shared memory;
`bakes/` holds one module for each.

Guarantees: the same words give the same bytes, on any machine; a word that means nothing is a
fault that names it.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from stillframe.contracts.errors import FaultError, FaultKind
from stillframe.contracts.transitions import TransitionRequest
from stillframe.transitions.choice import direction_of
from stillframe.transitions.dropped import CLOUDS
from stillframe.transitions.model import Transition, Value
from stillframe.transitions.registry import BUILT_IN
from stillframe.workers.transitions.bakes import block_flip, clouds, crumble, diffuse, ink, particle
from stillframe.workers.transitions.baking import Bake, BakeRequest, Table
from stillframe.workers.transitions.draws import Draws

BAKES: Final[Mapping[str, Bake]] = MappingProxyType(
    {
        CLOUDS.id: clouds.bake,
        "block_flip": block_flip.bake,
        "crumble": crumble.bake,
        "diffuse": diffuse.bake,
        "ink": ink.bake,
        "particle": particle.bake,
    }
)
# A parameter's name that no transition has: what a person wants of the direction.
DIRECTION: Final = "direction"


def baked(request: TransitionRequest) -> tuple[str, Table]:
    """Return the direction that a transition goes, and its table.

    Raises:
        FaultError: `bad-request`, with the word and what is allowed.
    """
    bake = BAKES.get(request.transition_type)
    transition = next((t for t in (*BUILT_IN, CLOUDS) if t.id == request.transition_type), None)
    if bake is None or transition is None:
        raise FaultError(
            FaultKind.BAD_REQUEST, f"{request.transition_type!r} is no transition with a table"
        )
    values = _values(transition, request.params)
    before = request.direction_history[-1] if request.direction_history else ""
    wanted = str(request.params.get(DIRECTION, ""))
    direction = direction_of(transition, wanted, before, request.seed)
    return direction, bake(BakeRequest(values, request.size, direction), Draws(request.seed))


def _values(transition: Transition, given: Mapping[str, Value]) -> dict[str, Value]:
    """Return every parameter's value.

    Raises:
        FaultError: for a name or a value that is not allowed.
    """
    named = {name: value for name, value in given.items() if name != DIRECTION}
    try:
        transition.packed(named)  # refuses what is not allowed
    except ValueError as error:
        raise FaultError(FaultKind.BAD_REQUEST, str(error)) from error
    return {p.name: named.get(p.name, p.default) for p in transition.parameters}
