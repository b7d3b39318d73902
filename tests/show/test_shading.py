"""A person's folder of transitions, and having them baked one by one."""

import os
import zlib
from dataclasses import replace
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from engine import QueueEngine
from stillframe.contracts.caps import TEXT_CAP_CHARS
from stillframe.contracts.errors import FaultKind
from stillframe.contracts.messages import echo
from stillframe.contracts.shaders import SOURCE_CAP_CHARS, ShaderRequest, ShaderResult
from stillframe.contracts.trials import Measured, encoded
from stillframe.show import shading
from stillframe.show.shading import Bakery, Shelf, UnreadableError, look_into, read
from stillframe.show.trying import Trial, Verdict, keep
from stillframe.supervision import events
from stillframe.transitions.dropped import Dropped, dropped
from stillframe.transport.backlog import DropReason

GOOD = "vec4 transition(vec2 uv) { return getToColor(uv); }\n"
SHADERS = b"/cache/shaders"
PRELUDE = (resources.files("stillframe.transitions") / "shaders" / "prelude.glsl").read_text()


def folder_of(place: Path, **texts: str) -> Path:
    place.mkdir(exist_ok=True)
    for name, text in texts.items():
        (place / f"{name}.glsl").write_text(text)
    return place


def test_what_is_not_baked_and_what_is(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "own", swirl=GOOD, Melt=GOOD + "\n")
    (folder / "notes.txt").write_text("no transition")
    (folder / "sub.glsl").mkdir()
    cache = os.fsencode(tmp_path / "cache")
    found = look_into(folder, cache)
    assert [file.transition.id for file in found.unbaked] == ["gl-melt", "gl-swirl"]
    assert found.known == tuple(file.transition for file in found.unbaked)
    assert found.refused == ()
    melt = Path(found.unbaked[0].transition.shader)
    assert melt.parent == tmp_path / "cache"
    melt.parent.mkdir()
    melt.write_bytes(b"whatever a failing disk may leave")
    assert look_into(folder, cache) == found
    melt.write_bytes((5).to_bytes(4, "big") + zlib.compress(b"baked"))
    os.utime(melt, (0, 0))
    assert look_into(folder, cache) == found, "it was not tried"
    keep(found.unbaked[0], Verdict())
    again = look_into(folder, cache)
    assert [transition.id for transition in again.ready] == ["gl-melt"]
    assert [file.transition.id for file in again.unbaked] == ["gl-swirl"]
    assert melt.stat().st_mtime > 0, "what is wanted is not the oldest"
    keep(found.unbaked[0], Verdict(problem="line 1: too slow"))
    refused = look_into(folder, cache)
    assert [file.problem for file in refused.unbaked] == ["line 1: too slow", ""]
    assert refused.known == found.known, "it may be named"


def test_most_people_have_no_folder(tmp_path: Path) -> None:
    assert look_into(tmp_path / "none", SHADERS) == Shelf()


def test_what_cannot_be_read_is_told_and_the_others_are_taken(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, swirl=GOOD, Swirl=GOOD, large="x" * (SOURCE_CAP_CHARS + 1))
    (folder / "a name.glsl").write_text(GOOD)
    (folder / "latin.glsl").write_bytes(b"// 1\n// \xe9\n")
    (folder / "gone.glsl").symlink_to(tmp_path / "nowhere")
    found = look_into(folder, SHADERS)
    assert [file.transition.name for file in found.unbaked] == ["Swirl"]
    assert [said.partition(": ")[0] for said in found.refused] == [
        "a name.glsl",
        "large.glsl",
        "latin.glsl",
        "swirl.glsl",
    ]
    assert "line 2: not UTF-8" in found.refused[2]
    assert "another file" in found.refused[3]


def test_so_many_files_are_read_and_no_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shading, "FILES_CAP", 2)
    folder = folder_of(tmp_path, a=GOOD, b=GOOD, c=GOOD)
    assert [file.transition.name for file in look_into(folder, SHADERS).unbaked] == ["a", "b"]


def test_a_file_that_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(UnreadableError, match=r"no\.glsl: cannot be read: No such file"):
        read(tmp_path / "no.glsl", SHADERS)


class Talk:
    """A bakery with an engine, and what it told."""

    def __init__(self, folder: Path, *, tries: bool = False, **texts: str) -> None:
        files = look_into(folder_of(folder, **texts), SHADERS).unbaked
        self.engine = QueueEngine()
        self.ready: list[str] = []
        self.refused: list[tuple[str, str]] = []
        self.kept: list[Verdict] = []
        self.untried: list[str] = []
        trial = Trial(
            lambda _, verdict: self.kept.append(verdict), lambda _, why: self.untried.append(why)
        )
        self.bakery = Bakery(
            files, self.engine, self.on_ready, self.on_refused, trial if tries else None
        )
        self.bakery.begin()

    def on_ready(self, file: Dropped) -> None:
        self.ready.append(file.transition.id)

    def on_refused(self, file: Dropped, detail: str) -> None:
        self.refused.append((file.transition.id, detail))

    @property
    def asked(self) -> list[ShaderRequest]:
        return [r for r in self.engine.asked("shaders") if isinstance(r, ShaderRequest)]

    def tried(self, **how: Any) -> None:
        """Have the newest trial end."""
        (*_, errand) = (c for c in self.engine.posted if isinstance(c, events.Errand))
        self.engine.events.append(events.ErrandEnded(errand, **{"how": "exit 0"} | how))
        self.take()

    def take(self) -> None:
        """Have the bakery take what the engine says."""
        while (event := self.engine.take()) is not None:
            assert self.bakery.take(event)

    def baked(self, path: bytes | None = None) -> None:
        request = self.asked[-1]
        if path is None:
            path = (
                SHADERS + b"/" + dropped("x.glsl", request.source, PRELUDE).key.encode() + b".qsb"
            )
        result = ShaderResult(**echo(request, 1), path=path, messages="")
        self.engine.events.append(events.Completed(request, result, None))
        self.take()


def test_one_file_after_the_other(tmp_path: Path) -> None:
    talk = Talk(tmp_path, a=GOOD, b=GOOD + "\n")
    assert [request.name for request in talk.asked] == ["a.glsl"]
    assert talk.bakery.busy
    talk.bakery.begin()
    assert len(talk.asked) == 1
    talk.baked()
    assert [request.name for request in talk.asked] == ["a.glsl", "b.glsl"]
    talk.baked()
    assert talk.ready == ["gl-a", "gl-b"]
    assert not talk.bakery.busy
    assert talk.refused == []


def test_what_is_baked_is_tried_before_it_is_ready(tmp_path: Path) -> None:
    talk = Talk(tmp_path, tries=True, a=GOOD, b=GOOD + "\n", c=GOOD + "\n\n")
    talk.baked()
    assert talk.ready == []
    assert len(talk.asked) == 1
    talk.tried(begun=True, said=f"begun\n{encoded(Measured(0.001, 0.001))}\n")
    assert talk.ready == ["gl-a"]
    assert talk.kept == [Verdict()]
    talk.baked()
    talk.tried(begun=True, said="begun\n", late=True)
    assert talk.refused == [("gl-b", talk.kept[1].problem)]
    talk.baked()
    talk.tried(how="exit 3", complaint="no display")
    assert talk.ready == ["gl-a", "gl-c"], "nothing is said against it"
    assert talk.untried == ["no display"]
    assert len(talk.kept) == 2, "another show may be able to"
    assert not talk.bakery.busy


def test_what_is_known_to_be_no_good_is_told_and_not_tried_again(tmp_path: Path) -> None:
    talk = Talk(tmp_path, tries=True)
    bad, good = (replace(dropped(f"{n}.glsl", GOOD, PRELUDE)) for n in "ab")
    files = (replace(bad, problem="too slow"), good)
    bakery = Bakery(
        files,
        talk.engine,
        talk.ready.append,
        lambda f, why: talk.refused.append((f.transition.id, why)),
    )
    bakery.begin()
    assert talk.refused == [("gl-a", "too slow")]
    assert [request.name for request in talk.asked] == ["b.glsl"]


def test_a_show_that_ends_during_a_trial_tells_nothing(tmp_path: Path) -> None:
    talk = Talk(tmp_path, tries=True, a=GOOD, b=GOOD + "\n")
    talk.baked()
    talk.tried(stopped=True)
    assert (talk.ready, talk.refused, talk.kept) == ([], [], [])
    assert not talk.bakery.busy
    assert len(talk.asked) == 1


def test_a_file_that_is_refused_is_told_and_the_next_is_asked_for(tmp_path: Path) -> None:
    talk = Talk(tmp_path, a=GOOD, b=GOOD)
    talk.engine.refuse(talk.asked[-1], FaultKind.DECODER_ERROR, "line 3: 'x' : no")
    talk.take()
    assert talk.refused == [("gl-a", "line 3: 'x' : no")]
    assert len(talk.asked) == 2


def test_what_was_put_elsewhere_is_not_taken(tmp_path: Path) -> None:
    talk = Talk(tmp_path, a=GOOD)
    talk.baked(b"/tmp/another.qsb")
    assert talk.ready == []
    assert talk.refused == [("gl-a", "it was baked elsewhere")]


def test_without_a_compiler_or_a_worker_it_is_told_once(tmp_path: Path) -> None:
    talk = Talk(tmp_path / "one", a=GOOD, b=GOOD)
    talk.engine.refuse(talk.asked[-1], FaultKind.NOT_FOUND, "there is no shader compiler")
    talk.take()
    assert talk.refused == [("gl-a", "there is no shader compiler")]
    assert len(talk.asked) == 1
    talk = Talk(tmp_path / "two", a=GOOD, b=GOOD)
    talk.engine.fail(talk.asked[-1], "worker-failed")
    talk.take()
    assert len(talk.refused) == len(talk.asked) == 1


def test_a_file_that_its_worker_could_not_answer_for_is_told_and_the_next_is_asked_for(
    tmp_path: Path,
) -> None:
    talk = Talk(tmp_path, a=GOOD, b=GOOD)
    talk.engine.fail(talk.asked[-1], "deadline")
    talk.take()
    assert [name for name, _ in talk.refused] == ["gl-a"]
    assert len(talk.asked) == 2


def test_a_show_that_ends_asks_no_more_and_tells_nothing(tmp_path: Path) -> None:
    talk = Talk(tmp_path, a=GOOD, b=GOOD)
    talk.engine.drop(talk.asked[-1], DropReason.STOPPED)
    talk.take()
    assert talk.refused == []
    assert len(talk.asked) == 1
    assert not talk.bakery.busy


def test_a_request_that_was_dropped_is_not_forgotten(tmp_path: Path) -> None:
    talk = Talk(tmp_path, a=GOOD, b=GOOD)
    talk.engine.drop(talk.asked[-1], DropReason.EXPIRED)
    talk.take()
    assert talk.refused == [("gl-a", DropReason.EXPIRED.value)]
    assert len(talk.asked) == 2


def test_the_longest_file_fits_a_request(tmp_path: Path) -> None:
    # A name and a text as long as they may be, of the characters that take the most room.
    text = "é" * (SOURCE_CAP_CHARS // 2)
    talk = Talk(tmp_path, **{"n" * 48: text})
    assert len(talk.asked[0].source.encode()) == SOURCE_CAP_CHARS
    assert len(talk.asked[0].name) <= TEXT_CAP_CHARS


def test_events_of_others_are_left_to_them(tmp_path: Path) -> None:
    talk = Talk(tmp_path, a=GOOD)
    assert not talk.bakery.take(events.QuarantineChanged(()))
