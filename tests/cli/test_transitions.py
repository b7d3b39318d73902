"""`stillframe transitions`, as a person types it."""

import json
import subprocess
from pathlib import Path

from shows import STILLFRAME, environment
from stillframe.transitions.registry import BUILT_IN
from virtual_screen import VirtualScreen


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
