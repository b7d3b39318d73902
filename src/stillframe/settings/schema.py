"""The kinds of setting: what a declaration says, and how a raw value becomes a checked one.

Counterpart: `stillframe.settings.declared` holds the declarations made from these kinds;
`stillframe.settings.load` and `stillframe.cli.options` read them.

Guarantees: everything here is pure and immutable. `parse` takes a typed value (TOML),
`parse_text` takes text (environment, flags); each returns a value of the kind's one type
inside its range, or raises `SettingError` and nothing else, whatever it is given.
"""

import datetime as dt
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import NoReturn, TypeAlias

from msgspec import Struct

VARIABLE_PREFIX = "STILLFRAME_"

# An error quotes a hostile value; it must not become as long as one.
_LONGEST_QUOTE = 60
# Python refuses to print an integer of more than 4300 digits; no setting needs more than 64 bits.
_WIDEST_SHOWN_BITS = 64
# A pattern of folders may be long; a message to a worker is not.
_LONGEST_LINE = 1000
_DAY = r"\d{4}-\d{2}-\d{2}"
_COLOUR = r"#[0-9a-fA-F]{6}"
_TOML_NAMES: Mapping[type[object], str] = MappingProxyType({dict: "a table", list: "an array"})
_ON = frozenset({"true", "on", "yes", "1"})
_OFF = frozenset({"false", "off", "no", "0"})


class SettingError(ValueError):
    """A setting, or the place that it came from, is refused.

    Its one argument is the whole message: the setting, the value, what is allowed.
    """


class Declaration(Struct, frozen=True, kw_only=True):
    """What every kind of setting says about itself.

    Attributes:
        key: section and name, such as `show.interval_s`; the name carries the unit.
        help: what the setting is, as a phrase without a full stop.
        flag: the command line flag, such as `--interval`, or None where there is none.
    """

    key: str
    help: str
    flag: str | None = None

    @property
    def section(self) -> str:
        """The part of the key before the dot: the TOML table."""
        return self.key.partition(".")[0]

    @property
    def name(self) -> str:
        """The part of the key after the dot: the field of the section's struct."""
        return self.key.partition(".")[2]

    @property
    def variable(self) -> str:
        """The environment variable, such as `STILLFRAME_SHOW_INTERVAL_S`."""
        return VARIABLE_PREFIX + self.key.replace(".", "_").upper()

    def refuse(self, shown: str, complaint: str) -> NoReturn:
        """Raise the error for one value.

        Args:
            shown: the value as the message quotes it.
            complaint: what is wrong, and what is allowed.

        Raises:
            SettingError: always.
        """
        raise SettingError(f"{self.key} = {shown} {complaint}")


class _Ranged(Declaration, frozen=True, kw_only=True):
    """What the two kinds with a unit and a range share; both ends are allowed."""

    unit: str
    minimum: float
    maximum: float
    default: float

    @property
    def allowed(self) -> str:
        """The range with its unit."""
        return f"{self.minimum:.15g} to {self.maximum:.15g} {self.unit}"

    @property
    def default_text(self) -> str:
        """The default as a user would write it."""
        return f"{self.default:.15g}"

    @property
    def metavar(self) -> str:
        """What stands for the value in a usage line."""
        return f"<{self.unit}>"

    def check_range(self, value: float, shown: str) -> None:
        """Refuse a value outside the range.

        Args:
            value: in the setting's unit.
            shown: the value as the message quotes it.

        Raises:
            SettingError: out of range, or NaN.
        """
        # Written so that NaN, which compares false with everything, is refused.
        if not self.minimum <= value <= self.maximum:
            self.refuse(shown, f"is out of range: {self.allowed}")


class Number(_Ranged, frozen=True, kw_only=True):
    """A real number with a unit and a range; its values are finite floats."""

    def parse(self, raw: object) -> float:
        """Check a typed value, in the setting's unit.

        Raises:
            SettingError: not a number, not finite, or out of range.
        """
        if isinstance(raw, bool) or not isinstance(raw, int | float):
            self.refuse(quote(raw), f"is not a number: give {self.allowed}")
        self.check_range(raw, quote(raw))  # before float(), which cannot hold a huge integer
        return float(raw)

    def parse_text(self, text: str) -> float:
        """Check a number written as text, in the setting's unit.

        Raises:
            SettingError: not a number, not finite, or out of range.
        """
        try:
            value = float(text)
        except ValueError:
            self.refuse(quote(text), f"is not a number: give {self.allowed}")
        self.check_range(value, _shorten(text.strip()))
        return value


class Integer(_Ranged, frozen=True, kw_only=True):
    """A whole number with a unit and a range."""

    minimum: int
    maximum: int
    default: int

    def parse(self, raw: object) -> int:
        """Check a typed value, in the setting's unit; 5.0 is not taken for 5.

        Raises:
            SettingError: not an integer, or out of range.
        """
        if isinstance(raw, bool) or not isinstance(raw, int):
            self.refuse(quote(raw), f"is not a whole number: give {self.allowed}, without a point")
        self.check_range(raw, quote(raw))
        return raw

    def parse_text(self, text: str) -> int:
        """Check a decimal integer written as text, in the setting's unit.

        Raises:
            SettingError: not an integer, or out of range.
        """
        try:
            value = int(text)
        except ValueError:  # also raised for more than 4300 digits
            self.refuse(quote(text), f"cannot be read as a whole number: give {self.allowed}")
        self.check_range(value, _shorten(text.strip()))
        return value


class Choice(Declaration, frozen=True, kw_only=True):
    """One of a few words; a word that is a whole number may be given as one."""

    choices: tuple[str, ...]
    default: str

    @property
    def allowed(self) -> str:
        """The words."""
        return ", ".join(self.choices)

    @property
    def default_text(self) -> str:
        """The default as a user would write it."""
        return self.default

    @property
    def metavar(self) -> str:
        """What stands for the value in a usage line."""
        return f"[{'|'.join(self.choices)}]"

    def parse(self, raw: object) -> str:
        """Check a typed value.

        Raises:
            SettingError: not one of the words.
        """
        numbers = {int(word): word for word in self.choices if word.isdecimal()}
        # A bool is an int too, and an int may have more digits than Python prints.
        word = numbers.get(raw) if type(raw) is int else raw
        if not isinstance(word, str) or word not in self.choices:
            self.refuse(quote(raw), f"is not one of {self.allowed}")
        return word

    def parse_text(self, text: str) -> str:
        """Check a word given as text.

        Raises:
            SettingError: not one of the words.
        """
        return self.parse(text)


class Switch(Declaration, frozen=True, kw_only=True):
    """On or off."""

    default: bool

    @property
    def allowed(self) -> str:
        """The two values."""
        return "true or false"

    @property
    def default_text(self) -> str:
        """The default as a user would write it."""
        return quote(self.default)

    @property
    def metavar(self) -> str:
        """What stands for the value in a usage line."""
        return "[true|false]"

    def parse(self, raw: object) -> bool:
        """Check a typed value; 1 and 0 are not taken for true and false.

        Raises:
            SettingError: not a boolean.
        """
        if not isinstance(raw, bool):
            self.refuse(quote(raw), f"is not {self.allowed}")
        return raw

    def parse_text(self, text: str) -> bool:
        """Check text: true, on, yes, 1 or false, off, no, 0, in any case.

        Raises:
            SettingError: none of these.
        """
        word = text.strip().lower()
        if word not in _ON | _OFF:
            self.refuse(quote(text), f"is not {self.allowed}")
        return word in _ON


class Colour(Declaration, frozen=True, kw_only=True):
    """An opaque colour; its values are `#rrggbb` in small letters."""

    default: str

    @property
    def allowed(self) -> str:
        """The form."""
        return "#rrggbb"

    @property
    def default_text(self) -> str:
        """The default as a user would write it."""
        return self.default

    @property
    def metavar(self) -> str:
        """What stands for the value in a usage line."""
        return "<#rrggbb>"

    def parse(self, raw: object) -> str:
        """Check a typed value.

        Raises:
            SettingError: not `#` and six hexadecimal digits.
        """
        if not isinstance(raw, str) or re.fullmatch(_COLOUR, raw) is None:
            self.refuse(quote(raw), f"is not a colour: give {self.allowed} in hexadecimal digits")
        return raw.lower()

    def parse_text(self, text: str) -> str:
        """Check a colour given as text.

        Raises:
            SettingError: not `#` and six hexadecimal digits.
        """
        return self.parse(text)


class Words(Declaration, frozen=True, kw_only=True):
    """A line of text; empty is none."""

    unit: str
    default: str = ""

    @property
    def allowed(self) -> str:
        """The form."""
        return f"a line of at most {_LONGEST_LINE} characters"

    @property
    def default_text(self) -> str:
        """The default as a user would write it."""
        return self.default

    @property
    def metavar(self) -> str:
        """What stands for the value in a usage line."""
        return f"<{self.unit}>"

    def parse(self, raw: object) -> str:
        """Check a typed value; blanks at its ends are dropped.

        Raises:
            SettingError: no text, too long, or not one line that can be printed.
        """
        if not isinstance(raw, str) or len(raw) > _LONGEST_LINE or not raw.isprintable():
            self.refuse(quote(raw), f"is not {self.allowed}")
        return raw.strip()

    def parse_text(self, text: str) -> str:
        """Check text.

        Raises:
            SettingError: too long, or not one line that can be printed.
        """
        return self.parse(text)


class Day(Declaration, frozen=True, kw_only=True):
    """A day of the calendar as YYYY-MM-DD; empty is none."""

    default: str = ""

    @property
    def allowed(self) -> str:
        """The form."""
        return "a day as YYYY-MM-DD"

    @property
    def default_text(self) -> str:
        """The default as a user would write it."""
        return self.default

    @property
    def metavar(self) -> str:
        """What stands for the value in a usage line."""
        return "<YYYY-MM-DD>"

    def parse(self, raw: object) -> str:
        """Check a typed value: text, or a date as TOML has it.

        Raises:
            SettingError: no day of the calendar.
        """
        text = raw.isoformat() if type(raw) is dt.date else raw
        if not isinstance(text, str) or (text and re.fullmatch(_DAY, text) is None):
            self.refuse(quote(raw), f"is not {self.allowed}")
        try:
            return text and dt.date.fromisoformat(text).isoformat()
        except ValueError:
            self.refuse(quote(raw), f"is not {self.allowed}: there is no such day")

    def parse_text(self, text: str) -> str:
        """Check a day given as text.

        Raises:
            SettingError: no day of the calendar.
        """
        return self.parse(text.strip())


Setting: TypeAlias = Number | Integer | Choice | Switch | Colour | Words | Day


class Order(Struct, frozen=True, kw_only=True):
    """A rule between two settings of the same unit: `lesser` is at most `greater`.

    Attributes:
        lesser: the key of the setting that may not exceed the other.
        greater: the key of the other.
        why: the reason, as a clause.
    """

    lesser: str
    greater: str
    why: str


def quote(raw: object) -> str:
    """Show a raw value in an error: short, on one line, without control characters."""
    if isinstance(raw, bool):
        return "true" if raw else "false"
    if isinstance(raw, int) and raw.bit_length() > _WIDEST_SHOWN_BITS:
        return f"an integer of {raw.bit_length()} bits"
    if isinstance(raw, int | float):
        return repr(raw)
    if isinstance(raw, str):
        return repr(_shorten(raw))
    return _TOML_NAMES.get(type(raw), f"a {type(raw).__name__}")


def _shorten(text: str) -> str:
    return text if len(text) <= _LONGEST_QUOTE else text[: _LONGEST_QUOTE - 1] + "…"
