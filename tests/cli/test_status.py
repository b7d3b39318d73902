"""`stillframe status`."""

from pathlib import Path

import msgspec
from click.testing import CliRunner

from desk import serving
from stillframe.cli.status import status
from stillframe.contracts.status import ShowStatus


def run(home: Path, *words: str) -> str:
    done = CliRunner().invoke(status, words, env={"XDG_RUNTIME_DIR": str(home)})
    assert done.exit_code == 0, done.output
    return done.output


def test_a_status_is_a_table(tmp_path: Path) -> None:
    with serving(tmp_path / "stillframe"):
        said = run(tmp_path)
    assert "dune.jpg" in said
    assert "process 42, playing for 0:01:01" in said


def test_as_json_it_is_the_whole_status(tmp_path: Path) -> None:
    with serving(tmp_path / "stillframe") as (_, desk):
        said = run(tmp_path, "--json")
    assert msgspec.json.decode(said, type=ShowStatus) == desk.shown
