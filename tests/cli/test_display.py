"""Whether a window can be opened, before Qt is asked."""

import socket
from pathlib import Path

import pytest

from stillframe.cli.display import display_problem
from virtual_screen import VirtualScreen


def test_a_real_display_is_no_problem(screen: VirtualScreen) -> None:
    assert display_problem({"DISPLAY": screen.display}) is None


def test_without_a_display_the_line_says_so_and_what_to_do() -> None:
    problem = display_problem({})
    assert problem is not None
    assert "\n" not in problem
    assert "xvfb-run" in problem


@pytest.mark.parametrize("display", [":4321", ":4321.0", "unix:4321"])
def test_a_display_where_nobody_answers_is_named(display: str) -> None:
    problem = display_problem({"DISPLAY": display})
    assert problem is not None
    assert display in problem


def test_a_display_on_another_host_is_left_for_qt_to_try() -> None:
    assert display_problem({"DISPLAY": "frame.example:0"}) is None


@pytest.mark.parametrize("platform", ["offscreen", "minimal", "vnc:size=10x10"])
def test_a_platform_without_a_display_needs_none(platform: str) -> None:
    assert display_problem({"QT_QPA_PLATFORM": platform}) is None


def test_a_server_that_listens_by_an_abstract_name_counts(tmp_path: Path) -> None:
    del tmp_path
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("\0/tmp/.X11-unix/X4322")
        server.listen(1)
        assert display_problem({"DISPLAY": ":4322"}) is None
