"""What a trial's end means, and what is kept of it."""

from dataclasses import replace
from pathlib import Path

import pytest

from shaders_to_try import ENDLESS, ENDLESS_LINE, FINE
from stillframe.contracts.trials import Measured, encoded
from stillframe.show.trying import Verdict, judge, keep, kept
from stillframe.supervision.events import Errand, ErrandEnded
from stillframe.transitions.dropped import Dropped, dropped

ERRAND = Errand(b"key", "module", (), start_s=1, work_s=1)


def ended(*lines: str, begun: bool = True, late: bool = False, how: str = "exit 0") -> ErrandEnded:
    said = "".join(f"{line}\n" for line in lines)
    return ErrandEnded(ERRAND, said=said, begun=begun, late=late, how=how)


def measured(crossfade_s: float, frame_s: float, failed: str = "") -> ErrandEnded:
    return ended("begun", encoded(Measured(crossfade_s, frame_s, failed)))


def baked(folder: Path) -> Dropped:
    file = dropped("file.glsl", FINE, "")
    return replace(file, transition=replace(file.transition, shader=str(folder / "key.qsb")))


def test_what_costs_little_is_fine() -> None:
    assert judge(measured(0.003, 0.09), ENDLESS) == Verdict()


def test_what_costs_too_much_is_told_with_its_cost_and_the_line_of_its_loop() -> None:
    said = judge(measured(0.003, 7.2), ENDLESS).problem
    assert said.startswith(f"line {ENDLESS_LINE}: a frame of 640 x 360 takes 7.2 s;")
    assert "at most 0.1 s is allowed" in said


def test_without_a_loop_no_line_is_told() -> None:
    assert judge(measured(0.003, 0.2), FINE).problem.startswith("a frame of 640 x 360 takes 0.2 s")


def test_a_machine_on_which_all_is_slow_is_not_held_against_a_file() -> None:
    assert judge(measured(0.05, 0.9), FINE) == Verdict()
    assert "at most 1 s is allowed" in judge(measured(0.05, 1.1), FINE).problem


def test_what_does_not_end_is_refused() -> None:
    said = judge(ended("begun", late=True, how="signal 9"), ENDLESS).problem
    assert said.startswith(f"line {ENDLESS_LINE}: a frame of 640 x 360 is not drawn within 5 s")


def test_what_was_drawn_before_its_time_was_over_is_told() -> None:
    lines = ("begun", encoded(Measured(0.003, 2.1)), '{"crossfade_s":0.0')
    cut = replace(ended(*lines, late=True), said="\n".join(lines))
    assert "takes 2.1 s" in judge(cut, FINE).problem
    quick = replace(cut, said=f"begun\n{encoded(Measured(0.003, 0.01))}\n")
    assert "is not drawn within 5 s" in judge(quick, FINE).problem, "the next moment never came"


def test_the_last_frame_counts() -> None:
    lines = (encoded(Measured(0.003, cost_s)) for cost_s in (0.4, 0.02))
    assert judge(ended("begun", *lines), FINE) == Verdict()


def test_what_kills_the_driver_is_refused() -> None:
    assert "signal 11" in judge(ended("begun", how="signal 11"), FINE).problem


def test_what_the_driver_cannot_compile_is_refused_in_its_words() -> None:
    assert "too many words" in judge(measured(0.003, 0.0, "too many words"), FINE).problem


@pytest.mark.parametrize("lines", [(), ("qt says something",), ("beg",)])
def test_where_nothing_could_be_drawn_nothing_is_said_against_a_file(
    lines: tuple[str, ...],
) -> None:
    verdict = judge(ended(*lines, begun=bool(lines), how="exit 3"), FINE)
    assert verdict.problem == ""
    assert "exit 3" in verdict.untried


def test_a_verdict_is_kept_beside_what_is_baked(tmp_path: Path) -> None:
    file = baked(tmp_path)
    path = file.transition.shader
    assert kept(path) is None
    keep(file, Verdict())
    assert kept(path) == Verdict()
    keep(file, Verdict(problem="line 3: too slow"))
    assert kept(path) == Verdict(problem="line 3: too slow")
    assert [file.name for file in tmp_path.iterdir()] == ["key.qsb.tried"]


def test_what_a_failing_disk_left_is_no_verdict(tmp_path: Path) -> None:
    path = tmp_path / "key.qsb"
    for content in (b"", b"\xff\xfe"):
        (tmp_path / "key.qsb.tried").write_bytes(content)
        assert kept(str(path)) is None


def test_a_folder_that_cannot_be_written_only_has_it_tried_again(tmp_path: Path) -> None:
    keep(baked(tmp_path / "none"), Verdict())
    assert kept(str(tmp_path / "none" / "key.qsb")) is None
