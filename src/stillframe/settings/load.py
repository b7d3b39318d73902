"""Puts the settings together: default, then file, then environment, then flags.

Counterpart: `stillframe.settings.declared` says what a setting is; `stillframe.settings.files`
reads the text of the file; `stillframe.cli.options` collects the flags.

Guarantees: `load` is pure: it reads no disk and no environment but what it is given. Every
value that is given is checked, also one that a later place overrides. It returns settings that
are all in range, or raises `SettingError` that names the place: file and line, variable, or
flag. A line is named only where it is certain.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

import msgspec

from stillframe.settings.declared import BY_KEY, DECLARATIONS, ORDERS, SECTIONS, Settings
from stillframe.settings.document import tables_of
from stillframe.settings.locate import Path, key_lines
from stillframe.settings.schema import VARIABLE_PREFIX, SettingError, quote

_PLAIN_NAME: Final = r"[A-Za-z0-9_.-]{1,60}"


class _Given(NamedTuple):
    """A checked value and the place that it came from, as an error names it."""

    value: float | str
    place: str


def load(
    *,
    file_text: str | None,
    file_name: str,
    environ: Mapping[str, str],
    flags: Mapping[str, str],
) -> Settings:
    """Return the settings; a later place wins: default, file, environment, flags.

    Args:
        file_text: the text of the settings file, or None where there is none.
        file_name: how an error names the file.
        environ: environment variables; those that name no section of ours are passed over.
        flags: raw text by flag, such as `{"--interval": "5"}`, of the flags that were given.

    Raises:
        SettingError: a value, a key, a variable or a flag is refused, or two values do not fit.
    """
    given = {setting.key: _Given(setting.default, "default") for setting in DECLARATIONS}
    if file_text is not None:
        given |= _from_file(file_text, file_name)
    given |= _from_environment(environ)
    given |= _from_flags(flags)
    _check_orders(given)
    tree: dict[str, dict[str, float | str]] = {section: {} for section in SECTIONS}
    for setting in DECLARATIONS:
        tree[setting.section][setting.name] = given[setting.key].value
    return msgspec.convert(tree, Settings)


def _from_file(text: str, file_name: str) -> dict[str, _Given]:
    given = {}
    document = tables_of(text, file_name)
    lines = key_lines(text)
    for section, table in document.items():
        place = _place(file_name, lines, (section,))
        if section not in SECTIONS:
            raise SettingError(f"{place}: unknown section {_shown(section)}{_like(section)}")
        if not isinstance(table, dict):
            raise SettingError(
                f"{place}: {section} = {quote(table)} is not a section: "
                f"write [{section}], and its settings on the lines below"
            )
        for name, raw in table.items():
            key = f"{section}.{name}"
            place = _place(file_name, lines, (section, name))
            if key not in BY_KEY:
                raise SettingError(f"{place}: unknown setting {_shown(key)}{_like(key)}")
            try:
                given[key] = _Given(BY_KEY[key].parse(raw), place)
            except SettingError as error:
                raise SettingError(f"{place}: {error}") from None
    return given


def _from_environment(environ: Mapping[str, str]) -> dict[str, _Given]:
    given = {}
    by_variable = {setting.variable: setting for setting in DECLARATIONS}
    # Other variables with our prefix, such as STILLFRAME_LOG, are not settings.
    ours = tuple(f"{VARIABLE_PREFIX}{section.upper()}_" for section in SECTIONS)
    for variable in sorted(environ):  # so that the first error is always the same one
        if not variable.startswith(ours):
            continue
        setting = by_variable.get(variable)
        if setting is None:
            raise SettingError(
                f"unknown environment variable {_shown(variable)}{_closest(variable, by_variable)}"
            )
        try:
            given[setting.key] = _Given(setting.parse_text(environ[variable]), variable)
        except SettingError as error:
            raise SettingError(f"{variable}: {error}") from None
    return given


def _from_flags(flags: Mapping[str, str]) -> dict[str, _Given]:
    given = {}
    by_flag = {setting.flag: setting for setting in DECLARATIONS if setting.flag is not None}
    for flag, text in flags.items():
        if flag not in by_flag:
            raise SettingError(f"unknown flag {_shown(flag)}{_closest(flag, by_flag)}")
        setting = by_flag[flag]
        try:
            given[setting.key] = _Given(setting.parse_text(text), flag)
        except SettingError as error:
            raise SettingError(f"{flag}: {error}") from None
    return given


def _check_orders(given: Mapping[str, _Given]) -> None:
    for order in ORDERS:
        lesser, greater = given[order.lesser], given[order.greater]
        if lesser.value > greater.value:  # type: ignore[operator]  # both are numbers of one unit
            raise SettingError(
                f"{order.lesser} = {lesser.value} ({lesser.place}) is more than "
                f"{order.greater} = {greater.value} ({greater.place}): "
                f"{order.why}; lower the first or raise the second"
            )


def _place(file_name: str, lines: Mapping[Path, int], path: Path) -> str:
    line = lines.get(path)
    return file_name if line is None else f"{file_name}:{line}"


def _shown(name: str) -> str:
    """Show a name that someone else wrote: as it is where that is safe on a terminal."""
    return name if re.fullmatch(_PLAIN_NAME, name) else quote(name)


def _like(unknown: str) -> str:
    """Suggest a section or a setting; a bare name is often one whose section was forgotten."""
    name = unknown.rpartition(".")[2]
    for key, setting in BY_KEY.items():
        if setting.name == name:
            return f"; did you mean {key}?"
    return _closest(unknown, [*SECTIONS, *BY_KEY])


def _closest(unknown: str, known: Iterable[str]) -> str:
    """Suggest the known name that is most like an unknown one, or list the known ones."""
    import difflib  # noqa: PLC0415  # 3 ms that only an error needs

    known = tuple(known)
    match = difflib.get_close_matches(unknown, known, n=1)
    return f"; did you mean {match[0]}?" if match else f"; known are {', '.join(known)}"
