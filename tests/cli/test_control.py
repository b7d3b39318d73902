"""The commands that talk to a running show: against a desk, and against a real show."""

import json
import os
import signal
import subprocess
from pathlib import Path

import pytest

from desk import serving
from shows import STILLFRAME, environment, eventually, photo_folder, playing
from stillframe.contracts.remote import Intent
from virtual_screen import VirtualScreen

PATIENCE_S = 30.0


def stillframe(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [STILLFRAME, *words],
        env=environment(home),
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )


@pytest.mark.parametrize(
    "words",
    [["status"], ["status", "--json"], ["top"], ["restart", "images"], *([it] for it in Intent)],
    ids=" ".join,
)
def test_without_a_show_each_command_is_one_line_and_status_3(
    tmp_path: Path, words: list[str]
) -> None:
    said = stillframe(tmp_path, *words)
    assert said.returncode == 3
    assert said.stdout == ""
    assert said.stderr == ("stillframe: no show is running: start one with `stillframe play`\n")


def test_each_word_reaches_the_show(tmp_path: Path) -> None:
    with serving(tmp_path / "stillframe") as (_, desk):
        for intent in Intent:
            assert stillframe(tmp_path, intent.value).returncode == 0
        assert stillframe(tmp_path, "restart", "images").returncode == 0
        assert desk.acts == list(Intent)
        assert desk.restarts == ["images"]


def test_what_the_show_refuses_is_one_line_and_status_1(tmp_path: Path) -> None:
    with serving(tmp_path / "stillframe"):
        said = stillframe(tmp_path, "restart", "nobody")
        assert said.returncode == 1
        assert said.stderr == "stillframe: no worker is called 'nobody'; there are ['images']\n"
        said = stillframe(tmp_path, "next", "--pid", "1")
        assert (said.returncode, "process 1" in said.stderr) == (3, True)


def test_a_real_show_obeys_and_tells_how_it_is(tmp_path: Path) -> None:
    photos = photo_folder(tmp_path / "photos")
    pace = ("--interval", "86400", "--transition-duration", "0.1")
    with VirtualScreen(640, 360) as screen, playing(tmp_path, screen, str(photos), *pace) as show:
        show.wait_for("[SHOW] transition")

        def now() -> dict[str, object]:
            return json.loads(stillframe(tmp_path, "status", "--json").stdout)

        first = now()
        assert (first["pid"], first["photos_shown"]) == (show.process.pid, 1)
        assert str(photos) in str(first["photo"])
        assert stillframe(tmp_path, "next").returncode == 0
        show.wait_for("[SHOW] transition")
        for word, paused in (("pause", True), ("pause", True), ("resume", False)):
            stillframe(tmp_path, word)
            eventually(lambda paused=paused: now()["paused"] is paused, word)
        before = {it["name"]: it["pid"] for it in now()["workers"]}  # type: ignore[union-attr]
        assert stillframe(tmp_path, "restart", "images").returncode == 0
        show.wait_for("a restart was asked for")
        after = {it["name"]: it["pid"] for it in now()["workers"]}  # type: ignore[union-attr]
        assert after["images"] != before["images"]
        assert stillframe(tmp_path, "top").stdout.startswith("show ")
        assert stillframe(tmp_path, "quit").returncode == 0
        assert show.finish() == 0
    assert not list((tmp_path / "stillframe").iterdir()), "its name is given back"


def test_a_show_that_was_killed_is_no_show_and_the_next_one_takes_its_place(
    tmp_path: Path,
) -> None:
    photos = photo_folder(tmp_path / "photos")
    with VirtualScreen(640, 360) as screen:
        with playing(tmp_path, screen, str(photos)) as show:
            show.wait_for("[SHOW] transition")
            os.kill(show.process.pid, signal.SIGKILL)
            show.process.wait()
            left = list((tmp_path / "stillframe").iterdir())
            assert len(left) == 1
            assert stillframe(tmp_path, "status").returncode == 3
        with playing(tmp_path, screen, str(photos)) as show:
            show.wait_for("[SHOW] transition")
            assert stillframe(tmp_path, "status").returncode == 0
            assert not left[0].exists()
