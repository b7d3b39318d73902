"""What has landed is told in CHANGELOG.md, and no earlier state lies beside the code."""

import os
import re
from pathlib import Path

import click
import pytest

from stillframe.cli.main import cli

ROOT = Path(__file__).parents[2]
FOLDERS = ("src", "tests", "bench", "tools", "docs", "examples")
COPY = re.compile(
    r"(\.(bak|orig|old|rej|save)|~)$|[-_ .](old|bak|backup|copy|orig|before|after)\.\w+$"
    r"|(^|/)(bak|backups?|old|snapshots?)/",
    re.IGNORECASE,
)


def commands(group: click.Group) -> list[str]:
    names = []
    for name, command in group.commands.items():
        names += [name, *(commands(command) if isinstance(command, click.Group) else ())]
    return names


def files() -> list[str]:
    found = []
    for folder in FOLDERS:
        for where, _, names in os.walk(ROOT / folder):
            found += [os.path.relpath(os.path.join(where, name), ROOT) for name in names]
    return [name for name in found if "__pycache__" not in name]


def test_every_command_is_named_in_the_changelog() -> None:
    told = (ROOT / "CHANGELOG.md").read_text()
    names = commands(cli)
    assert len(names) > 16
    assert [name for name in names if not re.search(rf"\b{name}\b", told)] == []


def test_no_copy_lies_beside_the_code() -> None:
    names = files()
    assert len(names) > 500
    assert [name for name in names if COPY.search(name)] == []


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("src/stillframe/app.py.bak", True),
        ("src/stillframe/bak/app.py", True),
        ("src/stillframe/app_old.py", True),
        ("docs/Spec.md~", True),
        ("tests/snapshots/app.py", True),
        ("src/stillframe/workers/transitions/bakes/ink.py", False),
        ("src/stillframe/workers/feeds/folder.py", False),
        ("tools/bake_shaders.py", False),
    ],
)
def test_a_copy_is_known_by_its_name(name: str, *, found: bool) -> None:
    assert bool(COPY.search(name)) is found
