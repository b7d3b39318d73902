"""Several displays: by rule with stages that only remember, and on a screen of two monitors."""

import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from shows import environment, eventually, plain_photo, playing
from stillframe.contracts.pixels import Size
from stillframe.player.gallery import Gallery
from stillframe.show import script
from stillframe.show.script import Appearance
from virtual_screen import VirtualScreen

RED, BLUE = (210, 40, 30), (30, 40, 210)
STAGGER_NS = 500


class Recorder:
    """A stage that only remembers, and a scheduler that calls when it is told."""

    def __init__(self, surface: Size | None = None) -> None:
        self.surface, self.dressed, self.said = surface or Size(4, 3), True, []
        self.calls: dict[str, tuple[int, Any]] = {}

    def __getattr__(self, name: str) -> Any:
        return lambda *_, **__: self.said.append(name)

    def at(self, name: str, at_ns: int, call: Any) -> None:
        self.calls[name] = (at_ns, call)

    def forget(self, name: str) -> None:
        del self.calls[name]


class Frame:
    key = b"a"


@pytest.fixture
def told() -> list[Any]:
    return []


@pytest.fixture
def scheduler() -> Recorder:
    return Recorder()


def gallery(scheduler: Recorder, told: list[Any], stages: list[Any], stagger_ns: int) -> Gallery:
    made = Gallery(
        scheduler,  # type: ignore[arg-type]
        stagger_ns=stagger_ns,
        report=told.append,
        motion=told.append,
    )
    for number, stage in enumerate(stages):
        made.hang(number, stage)
    return made


def test_a_photo_is_uploaded_when_it_is_on_every_display(
    scheduler: Recorder, told: list[Any]
) -> None:
    both = gallery(scheduler, told, [Recorder(), Recorder()], 0)
    both.upload(Frame)  # type: ignore[arg-type]
    both.hear(1, script.Uploaded(b"a"))
    both.hear(1, script.Uploaded(b"a"))
    both.hear(0, script.Uploaded(b"old"))
    assert told == []
    both.hear(0, script.Uploaded(b"a"))
    assert told == [script.Uploaded(b"a")]


def test_displays_begin_one_after_the_other_and_end_with_the_last(
    scheduler: Recorder, told: list[Any]
) -> None:
    stages = [Recorder(), Recorder(), Recorder()]
    three = gallery(scheduler, told, stages, STAGGER_NS)
    three.present(b"a", Appearance.TRANSITION, None)
    assert [stage.said for stage in stages] == [["present"], [], []]
    (first_ns, first), (second_ns, second) = scheduler.calls.values()
    assert second_ns - first_ns == STAGGER_NS
    first()
    second()
    assert [stage.said for stage in stages] == [["present"]] * 3
    for number in (0, 1, 2):
        three.note_motion(number, moving=True)
    for number in (0, 2, 1):
        three.note_motion(number, moving=False)
        three.hear(number, script.TransitionEnded(b"a"))
    assert told == [True, False, script.TransitionEnded(b"a")]


def test_who_is_in_a_hurry_does_not_wait_for_a_display_that_begins_later(
    scheduler: Recorder, told: list[Any]
) -> None:
    stages = [Recorder(), Recorder(), Recorder()]
    three = gallery(scheduler, told, stages, STAGGER_NS)
    three.present(b"a", Appearance.TRANSITION, None)
    _, begin = scheduler.calls.pop("display 1")
    begin()
    three.hurry()
    assert [stage.said for stage in stages] == [["present", "hurry"]] * 3
    assert scheduler.calls == {}, "nothing begins twice"


def test_a_cut_comes_to_all_at_once(scheduler: Recorder, told: list[Any]) -> None:
    stages = [Recorder(), Recorder()]
    gallery(scheduler, told, stages, STAGGER_NS).present(b"a", Appearance.CUT, None)
    assert [stage.said for stage in stages] == [["present"], ["present"]]


def test_a_display_that_is_gone_is_not_waited_for(scheduler: Recorder, told: list[Any]) -> None:
    stages = [Recorder(), Recorder()]
    both = gallery(scheduler, told, stages, STAGGER_NS)
    both.upload(Frame)  # type: ignore[arg-type]
    both.hear(0, script.Uploaded(b"a"))
    both.leave(1)
    both.leave(0)
    assert told == [script.Uploaded(b"a")]
    both.present(b"a", Appearance.TRANSITION, None)
    both.hear(0, script.TransitionEnded(b"a"))
    assert told[-1] == script.TransitionEnded(b"a")


def test_frames_are_made_for_the_largest(scheduler: Recorder, told: list[Any]) -> None:
    sizes = [Size(640, 360), Size(1920, 1080), Size(800, 600)]
    made = gallery(scheduler, told, [Recorder(size) for size in sizes], 0)
    assert made.surface == Size(1920, 1080)


def monitors(screen: VirtualScreen, home: Path) -> None:
    """Make two monitors of one screen, of different shapes."""
    left, right = "480/127x270/71+0+0", "320/84x270/71+480+0"
    for words in (("left", left, "screen"), ("right", right, "none")):
        command = ["xrandr", "--setmonitor", *words]
        subprocess.run(command, env=screen.environ(environment(home)), check=True)


def test_two_monitors_show_the_same_photo_one_a_little_later(tmp_path: Path) -> None:
    plain_photo(tmp_path / "photos" / "red.png", RED)
    plain_photo(tmp_path / "photos" / "blue.png", BLUE)
    (tmp_path / "config" / "stillframe").mkdir(parents=True)
    settings = tmp_path / "config" / "stillframe" / "settings.toml"
    settings.write_text("[show]\nstagger_s = 1\n")
    words = ("--displays", "all", "--interval", "2", "--transition-duration", "0.2")
    with VirtualScreen(800, 270) as screen:
        monitors(screen, tmp_path)

        def seen() -> tuple[tuple[int, ...], ...]:
            shown = screen.grab()
            return tuple(tuple(map(int, shown[135, x])) for x in (240, 640))

        photos = str(tmp_path / "photos")
        with playing(tmp_path, screen, photos, *words, size="") as show:
            eventually(lambda: seen() in ((RED, RED), (BLUE, BLUE)), "the first photo on both")
            first = seen()[0]
            second = RED if first == BLUE else BLUE
            eventually(lambda: seen() == (second, first), "the second on the first monitor alone")
            eventually(lambda: seen() == (second, second), "the second photo on both")
            shown = screen.grab()
            assert np.array_equal(shown[2, 478], second)
            assert np.array_equal(shown[268, 798], second), "each is covered to its corners"
            show.process.terminate()
            assert show.finish() == 0
