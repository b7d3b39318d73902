"""`stillframe transitions`, as a person types it."""

import json
import subprocess
from pathlib import Path

from shows import STILLFRAME, environment, photo_folder
from stillframe.transitions.registry import BUILT_IN
from virtual_screen import VirtualScreen

# None of the first ones needs a table, which a hurried show may not have in time.
SEEN = 3


def run(
    home: Path, *words: object, screen: VirtualScreen | None = None
) -> subprocess.CompletedProcess[str]:
    environ = environment(home)
    return subprocess.run(
        [STILLFRAME, "transitions", *map(str, words)],
        env=screen.environ(environ) if screen else environ,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_the_list_names_all_of_them_with_their_parameters(tmp_path: Path) -> None:
    said = run(tmp_path, "list").stdout
    assert all(transition.id in said for transition in BUILT_IN)
    told = json.loads(run(tmp_path, "list", "--json").stdout)
    assert [it["id"] for it in told] == [transition.id for transition in BUILT_IN]
    blinds = next(it for it in told if it["id"] == "blinds")
    assert {p["name"]: p["default"] for p in blinds["parameters"]}["columns"] == 14


def test_the_list_says_what_each_parameter_may_be(tmp_path: Path) -> None:
    lines = run(tmp_path, "list").stdout.splitlines()
    assert "    feather = 2.0 (0 to 25): how soft the edges of the slats are" in lines
    assert any("shape = Rectangle (Rectangle, Membrane, Lines" in line for line in lines)


def test_a_preview_plays_all_in_turn_whatever_is_enabled(
    tmp_path: Path, screen: VirtualScreen
) -> None:
    settings = tmp_path / "config" / "stillframe" / "settings.toml"
    settings.parent.mkdir(parents=True)
    settings.write_text('[transitions]\nenabled = "burn"\n[show]\ntransition_duration_s = 0.5\n')
    photos = photo_folder(tmp_path / "photos")
    played: list[str] = []
    with subprocess.Popen(
        [STILLFRAME, "transitions", "preview", str(photos)],
        env=screen.environ(environment(tmp_path)),
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if "[SHOW] transition " in line:
                played.append(line.split(" by=")[1].strip())
                word = "next" if len(played) <= SEEN else "quit"
                subprocess.run(
                    [STILLFRAME, word], env=environment(tmp_path), check=True, timeout=20
                )
    assert process.returncode == 0
    # The first photo fades in; then they come in order, each cut short by the next key.
    assert played[0] == "crossfade"
    assert played[1 : SEEN + 1] == [transition.id for transition in BUILT_IN[:SEEN]]
