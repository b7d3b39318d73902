"""Command line flags for settings, derived from their declarations.

Counterpart: `stillframe.settings` declares the settings; its `load` checks the text that these
flags deliver.

Guarantees: a setting has a flag exactly where its declaration names one. The text is passed on
as it was typed, so a flag is checked by the same code as the file and the environment. The
import costs click and the settings, no Qt and no image library.
"""

import functools
from collections.abc import Callable
from typing import TypeVar

import click

from stillframe.settings import DECLARATIONS, Setting, Switch

_Result = TypeVar("_Result")


def setting_options(command: Callable[..., _Result]) -> Callable[..., _Result]:
    """Give a command a flag for each setting that declares one.

    The command gets the keyword argument `flags`: the text of each flag that was given, by
    flag, as `stillframe.settings.load` takes it.
    """
    parameters = {
        setting.key.replace(".", "_"): setting
        for setting in DECLARATIONS
        if setting.flag is not None
    }

    @functools.wraps(command)
    def with_flags(*arguments: object, **options: object) -> _Result:
        given = {parameter: options.pop(parameter) for parameter in parameters}
        flags = {
            parameters[parameter].flag: text
            for parameter, text in given.items()
            if text is not None
        }
        return command(*arguments, flags=flags, **options)

    decorated: Callable[..., _Result] = with_flags
    for parameter, setting in reversed(parameters.items()):  # click lists the last one first
        decorated = _option(parameter, setting)(decorated)
    return decorated


def _option(
    parameter: str, setting: Setting
) -> Callable[[Callable[..., _Result]], Callable[..., _Result]]:
    words = (
        f"{setting.help[0].upper()}{setting.help[1:]}. "
        f"{setting.allowed}; default {setting.default_text or 'none'}."
    )
    if isinstance(setting, Switch):
        # No value follows it: the next word would be taken for one.
        flag = str(setting.flag)
        both = f"{flag}/--no-{flag.removeprefix('--')}"
        return click.option(both, parameter, default=None, callback=_text_of, help=words)
    return click.option(
        str(setting.flag),
        parameter,
        type=click.STRING,  # the settings check the text, for they do so wherever it comes from
        metavar=setting.metavar,
        help=words,
    )


def _text_of(
    context: click.Context,
    parameter: click.Parameter,
    value: bool | None,  # noqa: FBT001 - as click calls it
) -> str | None:
    """Return a switch as it would be typed elsewhere."""
    del context, parameter
    return None if value is None else str(value).lower()
