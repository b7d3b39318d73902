"""The command line, as it is installed."""

import os
import subprocess
from pathlib import Path

import pytest

from shows import STILLFRAME, environment
from stillframe import __version__


def stillframe(
    home: Path, *arguments: str | bytes, **extra: str
) -> subprocess.CompletedProcess[str]:
    """Run the installed command without a display."""
    return subprocess.run(
        [STILLFRAME, *arguments],
        env=environment(home, **extra),
        capture_output=True,
        text=True,
        errors="backslashreplace",
        timeout=30,
        check=False,
    )


def test_the_version_is_the_package_s(tmp_path: Path) -> None:
    done = stillframe(tmp_path, "--version")
    assert (done.returncode, done.stdout) == (0, f"stillframe {__version__}\n")


def test_help_names_the_command_to_begin_with(tmp_path: Path) -> None:
    done = stillframe(tmp_path, "--help")
    assert done.returncode == 0
    assert "play" in done.stdout


@pytest.mark.parametrize(
    "option",
    ["--interval", "--transition-duration", "--mode", "--windowed", "--seed", "--exit-after"],
)
def test_every_option_of_play_is_explained(tmp_path: Path, option: str) -> None:
    assert option in stillframe(tmp_path, "play", "--help").stdout


@pytest.mark.parametrize("name", [b"nowhere", b"new\nline", b"not-utf-8-\xff"])
def test_a_missing_path_is_one_line_and_status_2(tmp_path: Path, name: bytes) -> None:
    path = os.path.join(os.fsencode(tmp_path), name)
    done = stillframe(tmp_path, "play", path)
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert "no such file or folder" in done.stderr
    assert str(tmp_path) in done.stderr


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["--interval", "0.5"], ["--interval", "0.5", "2 to 86400 s"]),
        (["--mode", "stretch"], ["--mode", "stretch", "fill"]),
        (["--windowed", "big"], ["big", "1280x720"]),
        (["--windowed", "99999x1"], ["99999x1", "16384"]),
        (["--seed", "-1"], ["-1"]),
    ],
)
def test_a_bad_option_is_refused_with_its_value_and_range(
    tmp_path: Path, arguments: list[str], named: list[str]
) -> None:
    done = stillframe(tmp_path, "play", str(tmp_path), *arguments)
    assert done.returncode == 2
    for word in named:
        assert word in done.stderr


def test_a_bad_settings_file_is_refused_with_file_line_value_and_range(tmp_path: Path) -> None:
    file = tmp_path / "config" / "stillframe" / "settings.toml"
    file.parent.mkdir(parents=True)
    file.write_text("# mine\n[show]\ninterval_s = 1\n")
    done = stillframe(tmp_path, "play", str(tmp_path))
    assert done.returncode == 2
    for word in (f"{file}:3", "interval_s", "1", "2 to 86400 s"):
        assert word in done.stderr


def test_a_bad_variable_is_refused_by_name(tmp_path: Path) -> None:
    done = stillframe(tmp_path, "play", str(tmp_path), STILLFRAME_SHOW_MODE="stretch")
    assert done.returncode == 2
    assert "STILLFRAME_SHOW_MODE" in done.stderr
