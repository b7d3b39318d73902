"""What is really loaded: asked of real processes, started as a user would start them."""

import json
import os
import subprocess
import sys
import sysconfig

import pytest

STILLFRAME = os.path.join(sysconfig.get_path("scripts"), "stillframe")
HEAVY = {"PySide6", "shiboken6", "numpy", "pyvips", "PIL"}


def loaded_by(*arguments: str) -> tuple[set[str], str]:
    """Run the installed script; return the modules that the interpreter loaded, and its output."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", STILLFRAME, *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    lines = [line for line in done.stderr.splitlines() if line.startswith("import time:")]
    return {line.rpartition("|")[2].strip() for line in lines}, done.stdout


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["play", "--help"]])
def test_asking_for_help_loads_no_window_and_no_pictures(arguments: list[str]) -> None:
    loaded, printed = loaded_by(*arguments)
    assert printed
    assert "stillframe.cli.main" in loaded, "the list is a real one"
    assert {name.partition(".")[0] for name in loaded} & HEAVY == set()
    ours = {name for name in loaded if name.startswith("stillframe.")}
    assert not [name for name in ours if name.split(".")[1] in ("app", "player", "supervision")]


def test_the_package_itself_loads_nothing_of_ours() -> None:
    code = "import json, sys, stillframe; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    assert [name for name in json.loads(done.stdout) if name.startswith("stillframe")] == [
        "stillframe"
    ]


@pytest.mark.parametrize(
    "name", ["contracts.wire", "transport.seqpacket", "supervision.supervisor"]
)
def test_the_runtime_under_the_show_needs_no_window_and_no_numbers(name: str) -> None:
    code = f"import json, sys, stillframe.{name}; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    tops = {loaded.partition(".")[0] for loaded in json.loads(done.stdout)}
    assert "msgspec" in tops, "the list is a real one"
    assert tops & HEAVY == set()
