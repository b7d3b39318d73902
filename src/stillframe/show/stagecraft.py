"""How the next photo comes on: a transition is chosen, baked if need be, and ready in time or not.

Role: decides which transition plays, has its table baked ahead, and falls back. Counterpart:
`transitions.choice` is the pure part; `show.runtime` tells when a photo is on its way and when it
is wanted; the stage plays what `played` gives.

Guarantees: a photo never waits for its transition: what is not ready in time is a crossfade, and
counted by its reason; a table's slot is given back once, when its transition has ended or is not
wanted any more; a transition that the screen cannot play is never tried again in this show.
"""

import collections
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from random import Random
from typing import Final

from stillframe.contracts.pixels import Size
from stillframe.contracts.transitions import TransitionRequest, TransitionResult
from stillframe.show.effect import Effect
from stillframe.show.ports import Asker
from stillframe.show.shading import Bakery
from stillframe.show.trying import Trial
from stillframe.supervision import events
from stillframe.supervision.events import Event
from stillframe.transitions.choice import History, Style, choose, direction_of, following
from stillframe.transitions.declared import crossfade
from stillframe.transitions.dropped import SUFFIX, Dropped
from stillframe.transitions.model import Easing, Transition
from stillframe.transport.arena import Lease
from stillframe.transport.backlog import Urgency

TRANSITIONS: Final = "transitions"
_KEY: Final = b"next"
_SEEDS: Final = 1 << 31
# The shader's own luck is a float of few digits.
_SHADER_SEEDS: Final = 1000
_NOTE_CAP_CHARS: Final = 900


@dataclass(frozen=True)
class TransitionPlan:
    """What a person wants of transitions.

    Attributes:
        pool: those that may come, each with what was set for it; at least one.
        duration_s: how long each takes that has no time set for it alone; None leaves each its own.
        longest_s: no transition takes longer: the photo itself is to be seen too.
        easing: for all; None leaves each its own.
        unbaked: files of the pool that have to be baked or tried before they can come.
        trial: how they are tried.
        in_turn: one after the other, instead of by luck.
        history: what came last in the show before.
        remember: gets the history whenever there is more of it; returns at once.
    """

    pool: tuple[tuple[Transition, Style], ...]
    duration_s: float | None
    longest_s: float
    easing: Easing | None = None
    unbaked: tuple[Dropped, ...] = ()
    trial: Trial | None = None
    in_turn: bool = False
    history: History = field(default_factory=History)
    remember: Callable[[History], object] = id

    def time_s(self, transition: Transition, style: Style) -> float:
        """Return how long a transition takes."""
        own_s = style.duration_s or self.duration_s or transition.default_duration_s
        return min(own_s, self.longest_s)


class Stagecraft:
    """The transitions of one show."""

    def __init__(
        self,
        plan: TransitionPlan,
        engine: Asker,
        rng: Random,
        fallbacks: collections.Counter[str],
    ) -> None:
        """Begin with nothing chosen; `fallbacks` counts crossfades in place of others."""
        self._plan, self._engine, self._rng = plan, engine, rng
        self._history = plan.history
        self._chosen = plan.history.last  # the one chosen last, whether it came or not
        self._barred: set[str] = set()
        self._asked: int | None = None  # the request whose table is awaited
        self._next: Effect | None = None
        self._waits_for_table = False
        self._playing: Effect | None = None
        self.fallbacks = fallbacks
        self._unready = {file.transition.id for file in plan.unbaked}
        self._bakery = Bakery(plan.unbaked, engine, self._admit, self._turn_away, plan.trial)
        self._refused: Callable[[str, str], object] = _nobody
        self._turned_away: set[str] = set()

    @property
    def note(self) -> str:
        """What a person should know; empty if every transition can be played."""
        barred, refused = (", ".join(sorted(names)) for names in (self._barred, self._turned_away))
        said = [f"this screen cannot play {barred}"] if barred else []
        said += [f"{refused} cannot be taken; the log says why"] if refused else []
        return f"transitions: {'; '.join(said)}"[:_NOTE_CAP_CHARS] if said else ""

    @property
    def longest_s(self) -> float:
        """How long a transition may take in this show."""
        return max(self._plan.time_s(*entry) for entry in self._plan.pool)

    @property
    def planned(self) -> Effect | None:
        """The transition that comes next, once all that it needs is there."""
        return None if self._waits_for_table else self._next

    def prepare(self, size: Size) -> None:
        """Choose the next transition, unless one waits; have its table baked."""
        self._bakery.begin()
        if self._next is not None:
            return
        pool = [
            entry
            for entry in self._plan.pool
            if entry[0].id not in self._barred and entry[0].id not in self._unready
        ]
        if not pool:
            self._next = self._crossfade()
            return
        if self._plan.in_turn:
            transition, style = following(pool, self._chosen)
        else:
            transition, style = choose(pool, self._history, self._rng)
        self._chosen = transition.id
        seed = self._rng.randrange(_SEEDS)
        before = self._history.directions.get(transition.id, "")
        direction = direction_of(transition, style.direction, before, seed)
        self._next = Effect(
            transition=transition,
            floats=transition.packed(style.parameters),
            direction=direction,
            seed=float(seed % _SHADER_SEEDS),
            duration_s=self._plan.time_s(transition, style),
            easing=self._plan.easing or transition.easing,
        )
        self._waits_for_table = transition.table is not None
        if self._waits_for_table:
            self._ask(self._next, style, before, seed, size)

    def played(self, *, ready: bool) -> Effect:
        """Return what plays now, and forget it as the next; `ready` is whether the stage has it."""
        planned, chosen = self.planned, self._next
        self._next, self._waits_for_table, self._asked = None, False, None
        if planned is not None and ready:
            self._note(self._history.after(planned.transition, planned.direction))
            self._end(planned)
            return planned
        if chosen is not None:
            self.fallbacks["not baked in time" if planned is None else "not drawn in time"] += 1
            self._release(chosen)
        substitute = self._crossfade()
        self._end(substitute)
        return substitute

    def _note(self, history: History) -> None:
        """Remember what came; a show of one transition has nothing new to write for each photo."""
        if history != self._history:
            self._history = history
            self._plan.remember(history)

    def ended(self) -> None:
        """Note that what played stands alone."""
        self._end(None)

    def bar(self, transition_id: str) -> bool:
        """Never choose a transition again: the screen cannot play it. False if it was known."""
        if transition_id in self._barred:
            return False
        self._barred.add(transition_id)
        self.fallbacks["shader failed"] += 1
        if self._next is not None and self._next.transition.id == transition_id:
            self._release(self._next)
            self._next, self._waits_for_table, self._asked = None, False, None
        return True

    def take(self, event: Event) -> bool:
        """Take an event of the engine; say whether it was about a transition."""
        match event:
            case events.Completed(request=TransitionRequest() as request, lease=lease):
                self._take_table(request, event.response, lease)
            case events.Refused(request=TransitionRequest() as request, reason=reason):
                self._give_up(request, reason)
            case events.Dropped(request=TransitionRequest() as request, reason=reason):
                self._give_up(request, reason.value)
            case _:
                return self._bakery.take(event)
        return True

    def tell_refusals(self, refused: Callable[[str, str], object]) -> None:
        """Have `refused` told which file cannot be taken, and why."""
        self._refused = refused

    def _admit(self, file: Dropped) -> None:
        self._unready.discard(file.transition.id)

    def refuse(self, name: str, detail: str) -> None:
        """Note that a file cannot be taken."""
        self._turned_away.add(name)
        self._refused(name, detail)

    def _turn_away(self, file: Dropped, detail: str) -> None:
        self.refuse(f"{file.transition.name}{SUFFIX}", detail)

    def close(self) -> None:
        """Give every slot back."""
        if self._next is not None:
            self._release(self._next)
        self._next = None
        self._end(None)

    def _ask(self, effect: Effect, style: Style, before: str, seed: int, size: Size) -> None:
        asking = self._engine.asking(TRANSITIONS)
        self._asked = asking["seq"]
        request = TransitionRequest(
            **asking,
            transition_type=effect.transition.bake,
            params={**style.parameters, "direction": effect.direction or "none"},
            duration_s=effect.duration_s,
            direction_history=(before,) if before else (),
            seed=seed,
            size=size,
        )
        self._engine.post(events.Submit(request, _KEY, Urgency.PREFETCH))

    def _take_table(
        self, request: TransitionRequest, response: object, lease: Lease | None
    ) -> None:
        wanted = request.seq == self._asked and isinstance(response, TransitionResult)
        if lease is None or not wanted or self._next is None:
            if lease is not None:
                self._engine.post(events.Release(TRANSITIONS, lease.grant))
            return
        self._asked, self._waits_for_table = None, False
        self._next = replace(self._next, table=lease)

    def _give_up(self, request: TransitionRequest, reason: str) -> None:
        if request.seq == self._asked:
            self._asked, self._waits_for_table = None, False
            self.fallbacks[reason] += 1
            self._next = self._crossfade()

    def _crossfade(self) -> Effect:
        transition = crossfade.TRANSITION
        return Effect(
            transition=transition,
            floats=transition.packed({}),
            direction="",
            seed=0.0,
            duration_s=self._plan.time_s(transition, Style()),
            easing=transition.easing,
        )

    def _end(self, now_playing: Effect | None) -> None:
        """Let go of what played before."""
        if self._playing is not None:
            self._release(self._playing)
        self._playing = now_playing

    def _release(self, effect: Effect) -> None:
        if effect.table is not None:
            self._engine.post(events.Release(TRANSITIONS, effect.table.grant))


def plan_pool(
    transitions: Sequence[Transition], styles: dict[str, Style]
) -> tuple[tuple[Transition, Style], ...]:
    """Return those of the transitions that have a style with a weight, in order."""
    return tuple(
        (transition, styles[transition.id])
        for transition in transitions
        if transition.id in styles and styles[transition.id].weight > 0
    )


def _nobody(file: str, cause: str) -> None:
    del file, cause
