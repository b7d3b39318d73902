"""The flags that a command gets, and that importing them stays light."""

import subprocess
import sys
from collections.abc import Mapping

import click
import pytest
from click.testing import CliRunner

from stillframe.cli.options import setting_options
from stillframe.settings import load


@click.command()
@click.argument("folder")
@setting_options
@click.option("--loop/--once", default=True)
def command(folder: str, *, loop: bool, flags: Mapping[str, str]) -> None:
    """Echo what was given."""
    click.echo(f"{folder} {loop} {sorted(flags.items())}")


def output(*arguments: str) -> str:
    result = CliRunner().invoke(command, arguments, terminal_width=200)
    assert result.exit_code == 0, result.output
    return result.output


@pytest.mark.parametrize(
    ("arguments", "flags"),
    [
        ((), []),
        (("--interval", "5"), [("--interval", "5")]),
        (("--interval=5", "--interval=6"), [("--interval", "6")]),
        (("--interval", "soon"), [("--interval", "soon")]),
        (("--interval", "-1"), [("--interval", "-1")]),
        (("--mode", ""), [("--mode", "")]),
        (
            ("--mode", "fit", "--transition-duration", " 2 "),
            [("--mode", "fit"), ("--transition-duration", " 2 ")],
        ),
        (("--pan-zoom",), [("--pan-zoom", "true")]),
        (("--pan-zoom", "--no-pan-zoom"), [("--pan-zoom", "false")]),
    ],
)
def test_the_text_of_each_flag_that_was_given_is_delivered_as_typed(
    arguments: tuple[str, ...], flags: list[tuple[str, str]]
) -> None:
    assert output(*arguments, "photos", "--once") == f"photos False {flags}\n"


def test_load_takes_what_is_delivered() -> None:
    seen: dict[str, str] = {}

    @click.command()
    @setting_options
    def keep(flags: Mapping[str, str]) -> None:
        seen.update(flags)

    arguments = ["--interval", "5", "--transition-duration", "2.5", "--mode", "fit"]
    assert CliRunner().invoke(keep, arguments).exit_code == 0
    settings = load(file_text=None, file_name="", environ={}, flags=seen)
    assert settings.show.interval_s == 5
    assert settings.show.transition_duration_s == 2.5
    assert settings.show.mode == "fit"


def test_help_says_unit_range_and_default_in_the_declared_order() -> None:
    text = " ".join(output("--help").split())
    lines = [
        "--interval <s> Time that each photo stays, without the transition. 2 to 86400 s; def",
        "--transition-duration <s> ",
        "0 to 10 s; default 0.",
        "--mode [fill|fit|shrink] ",
        "fill, fit, shrink; default fill.",
    ]
    places = [text.find(line) for line in lines]
    assert -1 not in places, text
    assert places == sorted(places)


@pytest.mark.parametrize("flag", ["--look-ahead", "--mat-colour", "--arena-bytes", "--sharpen"])
def test_a_setting_without_a_flag_has_none(flag: str) -> None:
    result = CliRunner().invoke(command, [flag, "1", "photos"])
    assert result.exit_code == 2
    assert "No such option" in result.output


@pytest.mark.parametrize(
    ("module", "heavy"),
    [
        ("stillframe.settings", ["click", "tomllib", "platformdirs", "difflib"]),
        ("stillframe.cli.options", ["tomllib", "platformdirs"]),
    ],
)
def test_the_import_stays_light(module: str, heavy: list[str]) -> None:
    heavy = [*heavy, "numpy", "pyvips", "PySide6", "rich"]
    script = f"import sys, {module}; print([m for m in {heavy!r} if m in sys.modules])"
    found = subprocess.run(
        [sys.executable, "-c", script], check=True, capture_output=True, text=True, timeout=60
    )
    assert found.stdout == "[]\n"
