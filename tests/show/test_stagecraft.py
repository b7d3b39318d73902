"""How the next photo comes on: chosen, baked, in time or not."""

import collections
import itertools
import os
from dataclasses import replace
from random import Random
from typing import Any

import pytest

from stillframe.contracts.images import SlotGrant
from stillframe.contracts.messages import Asking, echo
from stillframe.contracts.pixels import PixelFormat, Size
from stillframe.contracts.shaders import ShaderRequest, ShaderResult
from stillframe.contracts.slot_header import SlotHeader
from stillframe.contracts.transitions import BakedTable, TransitionRequest, TransitionResult
from stillframe.show.effect import Effect
from stillframe.show.stagecraft import Stagecraft, TransitionPlan
from stillframe.supervision import events
from stillframe.supervision.events import Command, RefusalSource
from stillframe.transitions.choice import History, Style
from stillframe.transitions.declared import block_flip, crossfade, diffuse, slide
from stillframe.transitions.dropped import CLOUDS, Dropped, dropped
from stillframe.transitions.model import Easing
from stillframe.transport.arena import Lease
from stillframe.transport.backlog import DropReason

SIZE = Size(640, 360)


class Engine:
    """Keeps what it is given."""

    def __init__(self) -> None:
        self.posted: list[Command] = []
        self.seq = 0

    def asking(self, worker: str) -> Asking:
        self.seq += 1
        return Asking(seq=self.seq, correlation_id=0, worker=worker, ts_req_ns=1, deadline_ns=2)

    def post(self, command: Command) -> None:
        self.posted.append(command)

    @property
    def requests(self) -> list[TransitionRequest]:
        """What was asked."""
        asked = [it.request for it in self.posted if isinstance(it, events.Submit)]
        return [request for request in asked if isinstance(request, TransitionRequest)]

    @property
    def released(self) -> list[int]:
        """The slots that were given back."""
        return [it.grant.index for it in self.posted if isinstance(it, events.Release)]


class Troupe:
    """A stagecraft with an engine."""

    def __init__(self, *transitions: Any, **changes: Any) -> None:
        self.engine = Engine()
        pool = tuple((it.TRANSITION, Style()) for it in transitions)
        fields: dict[str, Any] = {"pool": pool, "duration_s": None, "longest_s": 10.0, **changes}
        counts = collections.Counter[str]()
        self.it = Stagecraft(TransitionPlan(**fields), self.engine, Random(3), counts)

    def bake(self, index: int = 0) -> None:
        """Answer the last request with a table in a slot."""
        request = self.engine.requests[-1]
        grant = SlotGrant(index=index, generation=index + 1)
        header = SlotHeader(
            size_bytes=16,
            width=2,
            height=2,
            stride=8,
            format=PixelFormat.RGBA8_PREMULTIPLIED,
            producer_pid=1,
            generation=index + 1,
            seq=request.seq,
            ts_ns=1,
        )
        result = TransitionResult(
            **echo(request, 3),
            transition_type=request.transition_type,
            direction="none",
            slot=grant,
            tables=(BakedTable(name="table", offset_bytes=0, columns=2, rows=2),),
        )
        lease = Lease(grant, header, memoryview(bytes(16)))
        assert self.it.take(events.Completed(request, result, lease))

    def play(self, *, ready: bool = True) -> Effect:
        self.it.prepare(SIZE)
        return self.it.played(ready=ready)


def test_what_needs_no_table_is_there_at_once_and_nobody_is_asked() -> None:
    troupe = Troupe(slide)
    troupe.it.prepare(SIZE)
    planned = troupe.it.planned
    assert planned is not None
    assert planned.transition is slide.TRANSITION
    assert planned.direction in slide.TRANSITION.directions
    assert troupe.engine.requests == []
    assert troupe.it.played(ready=True) is planned


def test_a_table_is_baked_ahead_and_its_slot_given_back_when_the_transition_has_ended() -> None:
    troupe = Troupe(diffuse)
    troupe.it.prepare(SIZE)
    assert troupe.it.planned is None
    (request,) = troupe.engine.requests
    assert (request.transition_type, request.size) == ("diffuse", SIZE)
    troupe.bake()
    effect = troupe.it.played(ready=True)
    assert effect.table is not None
    assert troupe.engine.released == []
    troupe.it.ended()
    assert troupe.engine.released == [0]


def test_a_choice_stays_until_it_was_played() -> None:
    troupe = Troupe(diffuse, slide, block_flip)
    for _ in range(5):
        troupe.it.prepare(SIZE)
    assert len(troupe.engine.requests) <= 1


def test_what_is_not_baked_in_time_is_a_crossfade_and_its_table_is_given_back_unused() -> None:
    troupe = Troupe(diffuse)
    assert troupe.play().transition is crossfade.TRANSITION
    assert troupe.it.fallbacks == {"not baked in time": 1}
    troupe.bake(2)
    assert troupe.engine.released == [2]


def test_what_the_stage_has_not_drawn_in_time_is_a_crossfade() -> None:
    troupe = Troupe(diffuse)
    troupe.it.prepare(SIZE)
    troupe.bake()
    assert troupe.it.played(ready=False).transition is crossfade.TRANSITION
    assert troupe.it.fallbacks == {"not drawn in time": 1}
    assert troupe.engine.released == [0]


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        (lambda r: events.Refused(r, "worker-died", "d", RefusalSource.SUPERVISOR), "worker-died"),
        (lambda r: events.Dropped(r, DropReason.OVERFLOW), DropReason.OVERFLOW.value),
    ],
)
def test_a_bake_that_fails_is_a_crossfade_for_the_reason_that_it_has(
    event: Any, reason: str
) -> None:
    troupe = Troupe(diffuse)
    troupe.it.prepare(SIZE)
    assert troupe.it.take(event(troupe.engine.requests[-1]))
    planned = troupe.it.planned
    assert planned is not None
    assert planned.transition is crossfade.TRANSITION
    assert troupe.it.fallbacks == {reason: 1}


def test_a_shader_that_failed_is_never_chosen_again() -> None:
    troupe = Troupe(slide, diffuse)
    assert troupe.it.bar("slide")
    assert not troupe.it.bar("slide"), "it is known already"
    for _ in range(6):
        troupe.it.prepare(SIZE)
        troupe.bake()
        assert troupe.it.played(ready=True).transition is diffuse.TRANSITION
    troupe.it.bar("diffuse")
    assert troupe.play().transition is crossfade.TRANSITION


def test_a_shader_that_fails_while_it_waits_gives_its_table_back() -> None:
    troupe = Troupe(diffuse)
    troupe.it.prepare(SIZE)
    troupe.bake(1)
    troupe.it.bar("diffuse")
    assert troupe.engine.released == [1]


def test_a_direction_that_is_remembered_is_told_to_the_bake_and_not_repeated() -> None:
    troupe = Troupe(slide)
    directions = [troupe.play().direction for _ in range(20)]
    assert all(a != b for a, b in itertools.pairwise(directions))


def test_no_transition_outlasts_the_photo() -> None:
    assert Troupe(slide, longest_s=3.0).play().duration_s == 3.0
    assert Troupe(slide).play().duration_s == slide.TRANSITION.default_duration_s
    assert Troupe(crossfade).play().duration_s == 1.2


def test_a_time_for_all_is_for_those_without_one_of_their_own() -> None:
    assert Troupe(slide, duration_s=2.0).play().duration_s == 2.0
    assert Troupe(diffuse, duration_s=2.0).play(ready=False).duration_s == 2.0, "a crossfade"
    pool = ((slide.TRANSITION, Style(duration_s=3.0)),)
    assert Troupe(pool=pool, duration_s=2.0).play().duration_s == 3.0


def test_in_turn_each_comes_once_a_round_even_if_one_could_not_be_baked() -> None:
    troupe = Troupe(slide, diffuse, crossfade, in_turn=True)
    played = [troupe.play().transition.id for _ in range(6)]
    assert played == ["slide", "crossfade", "crossfade"] * 2
    assert troupe.it.fallbacks == {"not baked in time": 2}


def test_a_show_goes_on_from_what_the_one_before_played_and_tells_what_it_plays() -> None:
    told: list[History] = []
    before = History("slide", {"slide": "left-to-right"})
    troupe = Troupe(slide, diffuse, crossfade, in_turn=True, history=before, remember=told.append)
    troupe.it.prepare(SIZE)
    troupe.bake()
    assert troupe.it.played(ready=True).transition.id == "diffuse"
    troupe.play(ready=False)
    assert told == [History("diffuse", before.directions)], "what was not played is not remembered"


def test_what_comes_again_and_again_is_remembered_once() -> None:
    told: list[History] = []
    troupe = Troupe(crossfade, remember=told.append)
    for _ in range(3):
        troupe.play()
    assert told == [History("crossfade")]


@pytest.mark.parametrize("last", [word for word in slide.TRANSITION.directions if word])
def test_a_direction_of_the_show_before_is_not_repeated(last: str) -> None:
    troupe = Troupe(slide, history=History("", {"slide": last}))
    assert troupe.play().direction != last


def test_an_easing_of_the_person_is_for_all() -> None:
    assert Troupe(slide, easing=Easing.LINEAR).play().easing is Easing.LINEAR
    assert Troupe(slide).play().easing is slide.TRANSITION.easing


def test_at_the_end_every_slot_is_given_back() -> None:
    troupe = Troupe(diffuse)
    troupe.it.prepare(SIZE)
    troupe.bake(0)
    troupe.it.played(ready=True)
    troupe.it.prepare(SIZE)
    troupe.bake(1)
    troupe.it.close()
    assert sorted(troupe.engine.released) == [0, 1]


def test_what_others_say_is_left_to_others() -> None:
    assert not Troupe(slide).it.take(events.WorkerChanged("images", events.WorkerState.READY))


class Refusals(list[tuple[str, str]]):
    """What was told of files."""

    def told(self, file: str, cause: str) -> None:
        self.append((file, cause))


def own(name: str) -> Dropped:
    file = dropped(f"{name}.glsl", "vec4 transition(vec2 uv) { return getToColor(uv); }", "")
    return replace(file, transition=replace(file.transition, shader=f"/cache/{file.key}.qsb"))


def of_own(*files: Dropped) -> Troupe:
    pool = tuple((file.transition, Style()) for file in files)
    return Troupe(pool=pool, unbaked=files)


def asked_to_bake(troupe: Troupe) -> list[ShaderRequest]:
    asked = [it.request for it in troupe.engine.posted if isinstance(it, events.Submit)]
    return [request for request in asked if isinstance(request, ShaderRequest)]


def next_one(troupe: Troupe) -> str:
    troupe.it.prepare(SIZE)
    effect = troupe.it.played(ready=True)
    return effect.transition.id


def test_a_persons_own_comes_once_it_is_baked_and_never_holds_up_a_photo() -> None:
    file = own("swirl")
    troupe = of_own(file)
    assert next_one(troupe) == "crossfade"
    (request,) = asked_to_bake(troupe)
    assert request.name == "swirl.glsl"
    assert next_one(troupe) == "crossfade"
    assert len(asked_to_bake(troupe)) == 1
    path = os.fsencode(file.transition.shader)
    result = ShaderResult(**echo(request, 1), path=path, messages="")
    assert troupe.it.take(events.Completed(request, result, None))
    assert next_one(troupe) == "gl-swirl"


def test_one_that_cannot_be_baked_is_told_and_never_comes() -> None:
    troupe, refusals = of_own(own("swirl")), Refusals()
    troupe.it.tell_refusals(refusals.told)
    assert next_one(troupe) == "crossfade"
    (request,) = asked_to_bake(troupe)
    refused = events.Refused(request, "decoder-error", "line 3: no", RefusalSource.WORKER)
    assert troupe.it.take(refused)
    assert refusals == [("swirl.glsl", "line 3: no")]
    assert troupe.it.note == "transitions: swirl.glsl cannot be taken; the log says why"
    assert next_one(troupe) == "crossfade"
    assert troupe.it.fallbacks == collections.Counter()


def test_one_that_wants_an_image_has_the_table_of_all_such_files_baked() -> None:
    file = dropped("melt.glsl", "uniform sampler2D luma;", "")
    troupe = Troupe(pool=((file.transition, Style()),))
    troupe.it.prepare(SIZE)
    assert troupe.engine.requests[-1].transition_type == CLOUDS.id
