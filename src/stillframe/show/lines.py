"""A line of the log: what it says, how it looks, and when it is held back.

Role: pure; values in, text out. Counterpart: `show.journal` makes the lines and writes the text.

Guarantees:
- A line is one line of printable characters, whatever a file name or a worker says.
- Of what repeats, one line an interval is written. None of the others is lost from the count:
  it follows when the interval ends, as `repeated=`, with the time of the last of them.
"""

import collections
import datetime as dt
import json
import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from stillframe.contracts.control import LogLevel

Value = str | int | float
Form = Callable[["Line"], str]
"""How a line is written."""

THROTTLE_NS: Final = 5_000_000_000
# What the show itself does is written each time: a person who steps back sees the same photo again.
SHOW: Final = "SHOW"
# The longest path is as long. What else is longer says nothing more after this.
VALUE_CAP_CHARS: Final = 4096
# How many different events are remembered for throttling.
_EVENTS_CAP: Final = 256
# Two lines that differ in no more than these say the same of two requests.
_VARYING: Final = frozenset({"seq", "generation", "duration_ms"})
_NS_PER_S: Final = 1_000_000_000
_RANKS: Final = tuple(LogLevel)  # declared in rising order
_QUOTED: Final = str.maketrans({'"': '\\"', "\\": "\\\\"})


@dataclass(frozen=True)
class Line:
    """One thing that happened.

    Attributes:
        tag: PERF, HEALTH or SHOW.
        event: what repeats.
        fields: what is known of it, by name.
        at_ns: when, since the epoch.
    """

    tag: str
    event: str
    fields: tuple[tuple[str, Value], ...] = ()
    level: LogLevel = LogLevel.INFO
    at_ns: int = 0

    @property
    def same(self) -> tuple[object, ...]:
        """What is equal in two lines that say the same."""
        lasting = tuple(field for field in self.fields if field[0] not in _VARYING)
        return self.tag, self.level, self.event, lasting

    @property
    def at(self) -> str:
        """When, by ISO 8601, in UTC."""
        seconds, rest_ns = divmod(self.at_ns, _NS_PER_S)
        moment = dt.datetime.fromtimestamp(seconds, dt.UTC)
        return f"{moment:%Y-%m-%dT%H:%M:%S}.{rest_ns // 1_000_000:03d}Z"


def matters(level: LogLevel, least: LogLevel) -> bool:
    """Say whether a line of `level` is written where `least` is the least that counts."""
    return _RANKS.index(level) >= _RANKS.index(least)


def text(line: Line) -> str:
    """Return the line as a terminal gets it: the level is named where it is no plain news."""
    fields = line.fields
    if matters(line.level, LogLevel.WARNING):
        fields = (*fields, ("level", line.level.value))
    return _words(line, fields)


def stamped(line: Line, show_pid: int) -> str:
    """Return the line as a file keeps it: with time, level, and which show it was."""
    return f"{line.at} {line.level.value} stillframe[{show_pid}] {_words(line, line.fields)}"


def as_json(line: Line, show_pid: int) -> str:
    """Return the line as one JSON object, flat, in ASCII."""
    said: dict[str, Value] = {
        "ts": line.at,
        "level": line.level.value,
        "tag": line.tag,
        "event": _whole(line.event),
        "show": show_pid,
    }
    for name, value in line.fields:
        said.setdefault(name, _plain(value))
    return json.dumps(said, allow_nan=False)  # what is not printable ASCII is spelled out


class Throttle:
    """Lets one line of those that say the same through an interval, and counts the others. Pure."""

    def __init__(self, interval_ns: int = THROTTLE_NS) -> None:
        self._interval_ns = interval_ns
        # When the line was let through, how many were held since, the last of them; oldest first.
        self._kept: collections.OrderedDict[tuple[object, ...], tuple[int, int, Line]] = (
            collections.OrderedDict()
        )

    def admit(self, line: Line, now_ns: int) -> tuple[Line, ...]:
        """Return what is to be written now: what has come due, and this line unless it is held."""
        due = self.due(now_ns)
        if line.tag == SHOW:
            return (*due, line)
        if line.same in self._kept:
            since_ns, held, _ = self._kept[line.same]
            self._kept[line.same] = (since_ns, held + 1, line)
            return due
        self._kept[line.same] = (now_ns, 0, line)
        if len(self._kept) > _EVENTS_CAP:
            _, (_, held, last) = self._kept.popitem(last=False)
            due += _repeated(last, held)
        return (*due, line)

    def due(self, now_ns: int) -> tuple[Line, ...]:
        """Return what stands for the lines held in intervals that have ended."""
        said: tuple[Line, ...] = ()
        while self._kept:
            same, (since_ns, held, last) = next(iter(self._kept.items()))
            if now_ns - since_ns < self._interval_ns:
                break
            del self._kept[same]
            if held:
                said += _repeated(last, held)
                self._kept[same] = (now_ns, 0, last)
        return said

    def next_ns(self) -> int | None:
        """Return when `due` has something to say; None if nothing is held."""
        for since_ns, held, _ in self._kept.values():
            if held:
                return since_ns + self._interval_ns
        return None

    def end(self) -> tuple[Line, ...]:
        """Return what stands for all that is held; nothing more will come."""
        lines = tuple(
            line for _, held, last in self._kept.values() for line in _repeated(last, held)
        )
        self._kept.clear()
        return lines


def short(value: Value) -> Value:
    """Return a value that fits a line."""
    if isinstance(value, str) and len(value) > VALUE_CAP_CHARS:
        return value[: VALUE_CAP_CHARS - 1] + "…"
    return value


def escaped(said: str) -> str:
    """Spell out what is not printable: it could forge a line or steer a terminal."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in said)


def _repeated(line: Line, held: int) -> tuple[Line, ...]:
    return (replace(line, fields=(*line.fields, ("repeated", held))),) if held else ()


def _words(line: Line, fields: tuple[tuple[str, Value], ...]) -> str:
    words = " ".join(f"{name}={_quoted(value)}" for name, value in fields)
    return f"[{line.tag}] {escaped(line.event)} {words}".rstrip()


def _quoted(value: Value) -> str:
    if isinstance(value, float):
        return f"{value:g}"
    said = str(value)
    plain = said and said.isprintable() and not set(said) & {" ", '"', "="}
    return said if plain else '"' + escaped(said.translate(_QUOTED)) + '"'


def _plain(value: Value) -> Value:
    """Return what JSON can say: it knows neither infinity nor half a character."""
    if isinstance(value, float) and not math.isfinite(value):
        return f"{value:g}"
    return _whole(value) if isinstance(value, str) else value


def _whole(said: str) -> str:
    return said.encode("utf-8", "backslashreplace").decode()
