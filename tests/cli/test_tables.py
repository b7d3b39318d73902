"""A status on a terminal."""

import msgspec
import pytest
from rich.console import Console

from desk import show_status
from fake_staff import FakeStaff
from stillframe.cli.tables import plain, show_tables, terminal_width
from stillframe.contracts.sandbox import Layer, LayerReport, LayerState
from stillframe.contracts.status import Percentiles, ShowStatus


def status(**changes: object) -> ShowStatus:
    crew = FakeStaff(standby=True)
    crew.turn(65)
    return show_status().__class__(
        **{
            **msgspec.structs.asdict(show_status()),
            "workers": (crew.pool.status(crew.now_ns),),
            **changes,
        }
    )


def printed(show: ShowStatus, width: int, shares: dict[int, float] | None = None) -> str:
    console = Console(width=width, highlight=False, color_system=None)
    with console.capture() as capture:
        console.print(show_tables(show, width, shares))
    return capture.get()


@pytest.mark.parametrize("width", [80, 200])
def test_everything_is_there_whatever_the_width(width: int) -> None:
    words = printed(status(), width).split()
    for word in ("playing", "dune.jpg", "3;", "truncated", "x1", "unruly", "ready", "0:01:05"):
        assert word in words
    assert "…" not in "".join(words)


def test_a_wide_terminal_has_one_table_and_a_narrow_one_two() -> None:
    assert printed(status(), 200).count("worker") == 1
    assert printed(status(), 80).count("worker") == 2


def test_no_terminal_is_wide_enough() -> None:
    assert terminal_width(80, is_terminal=True) == 80
    assert terminal_width(80, is_terminal=False) > 80


def test_frame_times_are_sentences() -> None:
    measured = Percentiles(count=1000, p50_ms=16.0, p99_ms=17.0, max_ms=40.0)
    assert "16 ms each, 99 of 100 within 17 ms, the longest 40 ms" in printed(
        status(frame_interval=measured), 120
    )
    assert "nothing has moved yet" in printed(status(), 120)


def test_the_processor_is_a_share_where_two_looks_were_taken() -> None:
    assert "0.0 s" in printed(status(), 200)
    show = status()
    assert "37 %" in printed(show, 200, {show.workers[0].pid: 37.4})


@pytest.mark.parametrize("width", [80, 200])
def test_of_two_that_work_each_has_a_line(width: int) -> None:
    crew = FakeStaff(processes=2)
    show = status(workers=(crew.pool.status(crew.now_ns),))
    first, second = (str(child.pid) for child in crew.at_work)
    lines = printed(show, width, {crew.at_work[1].pid: 37.4}).splitlines()
    (line,) = (line for line in lines if first in line.split())
    assert "0 %" in line
    (line,) = (line for line in lines if second in line.split())
    assert line.split()[:2] == ["unruly", "ready"]
    assert "37 %" in line


@pytest.mark.parametrize(
    ("states", "said"),
    [
        ([LayerState.ON] * 4, "on"),
        ([], "off"),
        ([LayerState.ON, LayerState.UNSUPPORTED, LayerState.ON], "unsupported: limits"),
        ([LayerState.BROKEN, LayerState.UNSUPPORTED], "broken: no-new-privileges"),
    ],
)
def test_a_sandbox_is_as_good_as_its_worst_layer(states: list[LayerState], said: str) -> None:
    layers = tuple(
        LayerReport(layer=layer, state=state) for layer, state in zip(Layer, states, strict=False)
    )
    (worker,) = status().workers
    shown = status(workers=(msgspec.structs.replace(worker, layers=layers),))
    assert said in printed(shown, 200)


def test_what_is_said_from_outside_neither_steers_the_terminal_nor_is_markup() -> None:
    hostile = "a\x1b[2Jb\n[bold red]c[/] \u202e\ud800"
    assert "\x1b" not in plain(hostile).plain
    shown = printed(status(photo=hostile, notes=(hostile,)), 200)
    assert "\x1b" not in shown
    assert "[bold red]c[/]" in shown
