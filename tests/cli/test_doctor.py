"""The doctor, as it is installed: with the real workers, and with a system that lacks something."""

import json
import os
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from confined import expected
from crew import environment as with_helpers
from shows import STILLFRAME, environment
from sound_server import sound_server
from stillframe.cli import doctor, system
from stillframe.cli.doctor import Finding, of_system, of_workers, table
from stillframe.contracts.control import Lack
from stillframe.contracts.sandbox import LayerState
from stillframe.settings import load
from stillframe.show.specs import Places, worker_specs
from stillframe.supervision.events import WorkerChanged, WorkerState
from stillframe.supervision.spec import WorkerSpec
from stillframe.transport.arena import ArenaShape
from virtual_screen import VirtualScreen

KINDS = ("images", "library", "scenes", "transitions", "shaders", "feeds", "feedparse", "audio")


def examine(
    home: Path, *arguments: str | Path, **extra: str
) -> tuple[int, dict[tuple[str, str], tuple[str, str]]]:
    """Run `stillframe doctor --json`; return its status and state and detail by part and check."""
    done = subprocess.run(
        [STILLFRAME, "doctor", "--json", *arguments],
        env=environment(home, **extra),
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert done.stderr == b"", done.stderr
    said: dict[str, Any] = json.loads(done.stdout)
    assert said["broken"] == (done.returncode == 1)
    return done.returncode, {
        (f["part"], f["check"]): (f["state"], f["detail"]) for f in said["findings"]
    }


def states(found: dict[tuple[str, str], tuple[str, str]], part: str) -> dict[str, str]:
    return {check: state for (of, check), (state, _) in found.items() if of == part}


def specs(tmp_path: Path) -> Iterable[WorkerSpec]:
    settings = load(file_text=None, file_name="", environ={}, flags={})
    folder = os.fsencode(tmp_path)
    shape = ArenaShape(2, 1 << 20)
    places = Places(roots=(folder,), scenes=folder + b"/scenes", index=folder + b"/index")
    return worker_specs(settings, shape, places)


def test_every_worker_is_started_and_every_layer_said(tmp_path: Path) -> None:
    status, found = examine(tmp_path, tmp_path)
    assert status == 0
    wanted = {"start": "on"} | {layer.value: state.value for layer, state in expected().items()}
    for kind in KINDS:
        assert states(found, kind) == wanted
    assert states(found, "system") == {"libraries": "on", "display": "off", "sound": "off"}
    assert "xvfb-run" in found["system", "display"][1]
    for state, detail in found.values():
        assert state == "on" or detail, "what is not on is explained"


def test_formats_whose_decoders_are_not_installed_are_named_with_their_packages() -> None:
    lack = Lack(what="HEIC", package="pillow-heif")
    ready = WorkerChanged("images", WorkerState.READY, pid=9, lacks=(lack,))
    (spec,) = (spec for spec in specs(Path("/nowhere")) if spec.name == "images")
    found = {finding.check: finding for finding in doctor._of_worker(spec, ready, ())}
    assert found["HEIC"].state is LayerState.UNSUPPORTED
    assert "pillow-heif" in found["HEIC"].detail


def test_a_display_that_answers_is_on(tmp_path: Path, screen: VirtualScreen) -> None:
    status, found = examine(tmp_path, DISPLAY=screen.display)
    assert status == 0
    assert found["system", "display"] == ("on", "")


def test_a_sound_server_that_answers_is_on(tmp_path: Path) -> None:
    with sound_server(tmp_path):
        status, found = examine(tmp_path)
    assert status == 0
    assert found["system", "sound"] == ("on", "")


def test_without_a_program_that_records_it_is_said_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(system, "SOUND", {"no-such-program": "sound-package"})
    with sound_server(tmp_path) as sounds:
        finding = doctor.of_sound(sounds.environ)
    assert (finding.check, finding.state) == ("sound", LayerState.UNSUPPORTED)
    assert "sound-package" in finding.detail
    assert "sound-package" in doctor.of_sound({"XDG_RUNTIME_DIR": str(tmp_path)}).detail


def test_without_sandboxes_every_layer_is_off_and_nothing_broken(tmp_path: Path) -> None:
    status, found = examine(tmp_path, STILLFRAME_WORKERS_SANDBOX="false")
    assert status == 0
    for kind in KINDS:
        assert states(found, kind) == {"start": "on"} | {layer.value: "off" for layer in expected()}
        assert "workers.sandbox" in found[kind, "landlock"][1]


def test_people_get_aligned_lines(tmp_path: Path) -> None:
    done = subprocess.run(
        [STILLFRAME, "doctor"],
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    lines = done.stdout.splitlines()
    assert [line.split()[0] for line in lines if not line.startswith(" ")] == ["system", *KINDS]
    assert len({line.index(" on ") for line in lines if " on " in line}) == 1


def test_a_path_that_is_not_there_is_one_line_and_status_2(tmp_path: Path) -> None:
    done = subprocess.run(
        [STILLFRAME, "doctor", tmp_path / "none"],
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1


def test_a_worker_that_cannot_start_is_broken_and_says_why(tmp_path: Path) -> None:
    first, *_ = specs(tmp_path)
    bad = replace(first, settings={"no_such_setting": 1})
    (finding,) = of_workers([bad], os.environ)
    assert (finding.part, finding.check, finding.state) == ("images", "start", LayerState.BROKEN)
    assert "no_such_setting" in finding.detail


def test_a_worker_that_dies_is_broken_and_its_last_words_are_told(tmp_path: Path) -> None:
    library = next(spec for spec in specs(tmp_path) if spec.name == "library")
    (finding,) = of_workers([replace(library, module="no_such_module")], os.environ)
    assert finding.state is LayerState.BROKEN
    assert "no_such_module" in finding.detail


def test_a_worker_that_is_never_ready_is_broken_when_its_time_is_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "_DEADLINE_S", 0.5)
    images, *_ = specs(tmp_path)
    hanging = replace(
        images, name="unruly", module="unruly_worker", settings={"at_start": "hang"}, sandbox=None
    )
    (finding,) = of_workers([hanging], with_helpers())
    assert finding.state is LayerState.BROKEN
    assert "0.5 s" in finding.detail


def test_a_missing_library_is_broken_with_the_line_that_installs_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(system, "QT", {"libnowhere.so.7": "libnowhere7"})
    libraries, display, _ = of_system({"QT_QPA_PLATFORM": "offscreen"})
    assert (libraries.check, libraries.state) == ("libraries", LayerState.BROKEN)
    assert "apt-get install libnowhere7" in libraries.detail
    assert display.state is LayerState.BROKEN


def test_the_table_of_nothing_is_nothing() -> None:
    assert list(table([])) == []
    finding = Finding(part="images", check="start", state=LayerState.ON)
    assert list(table([finding, finding])) == ["images  start  on", "        start  on"]


def test_the_doctor_loads_no_qt(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-X", "importtime", STILLFRAME, "doctor"],
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    loaded = {
        line.rpartition("|")[2].strip().partition(".")[0] for line in done.stderr.splitlines()
    }
    assert "stillframe" in loaded
    assert not {"PySide6", "shiboken6", "numpy", "pyvips"} & loaded
