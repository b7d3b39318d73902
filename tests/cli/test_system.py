"""What the system must bring."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import stillframe
from stillframe.cli import system


@pytest.mark.parametrize(
    ("thing", "package"),
    [
        ("libno-such-thing.so.7", "libno-such-thing7"),
        ("no-such-program", "no-such-package"),
        ("/usr/lib/*/no-such-driver.so", "no-such-driver"),
    ],
)
def test_what_is_not_there_is_named_by_its_package(thing: str, package: str) -> None:
    assert system.missing_packages([(thing, package)]) == [package]


@pytest.mark.parametrize("thing", ["libc.so.6", "sh", "/proc/self/status"])
def test_what_is_there_is_not_named(thing: str) -> None:
    assert system.missing_packages([(thing, "some-package")]) == []


def test_a_package_is_named_once() -> None:
    needs = [("libno-a.so.1", "libno"), ("libno-b.so.1", "libno")]
    assert system.missing_packages(needs) == ["libno"]


def test_it_runs_on_a_bare_python_before_anything_is_installed() -> None:
    source = Path(stillframe.__file__).parent.parent
    done = subprocess.run(
        [sys.executable, "-S", "-m", "stillframe.cli.system"],
        env={"PYTHONPATH": str(source), "PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "\n", "the machine that runs the tests has been set up"


def test_the_readme_names_each_package_by_what_it_is_for() -> None:
    page = (Path(__file__).parents[2] / "README.md").read_text()
    table = page.partition("\n## On a bare Debian\n")[2].partition("\n## ")[0]
    rows = [row.split("|")[2] for row in table.splitlines() if row.startswith("| ")][1:]
    named = [set(re.findall(r"`([^`]+)`", row)) for row in rows]
    needs = (system.QT, system.X11, system.SOFTWARE_GL, system.SOUND, system.XVFB)
    assert named == [set(need.values()) for need in needs]
