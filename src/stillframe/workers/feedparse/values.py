"""Careful looks at JSON: nothing is where, or what, a document's author promised.

Role: pure. Counterpart: the JSON readers in `shapes`.

Guarantees: every function returns a value of its type for whatever it is given.
"""

import math
import re
from collections.abc import Iterator
from typing import Final

import msgspec

from stillframe.contracts.feeds import DropReason
from stillframe.workers.feedparse.document import ITEMS_CAP, Json, UnreadableError

# A longer side or number is a mistake.
_PIXELS_CAP: Final = 1 << 20
_PATH_PARTS_CAP: Final = 16
# JSON as the argument of a function, for the scripts of pages: Flickr's feeds are such by default.
_CALL: Final = re.compile(rb"[A-Za-z_$][A-Za-z0-9_$.]{0,63}\s{0,8}\(\s{0,64}(?=[{\[])")
_APOSTROPHE: Final = re.compile(rb"(?<!\\)((?:\\\\)*+)\\'")


def decode(body: bytes) -> Json:
    """Return the values of a JSON document.

    Raises:
        UnreadableError: `bad-json`, with where.
    """
    bare = body.removeprefix(b"\xef\xbb\xbf").strip()
    call = _CALL.match(bare)
    if call is not None:
        bare = bare[call.end() :].rstrip(b"; \r\n\t").removesuffix(b")")
    if b"\\'" in bare:
        # Flickr escapes apostrophes, as JavaScript may and JSON may not.
        bare = _APOSTROPHE.sub(rb"\1'", bare)
    try:
        return msgspec.json.decode(bare)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise UnreadableError(DropReason.BAD_JSON, str(error)) from error
    except RecursionError:
        raise UnreadableError(DropReason.BAD_JSON, "it is nested too deeply") from None


def is_call(body: bytes) -> bool:
    """Say whether a body is JSON as the argument of a function."""
    return _CALL.match(body) is not None


def get(value: Json, *path: str | int) -> Json:
    """Return what a path of keys and places leads to, None if it leads nowhere."""
    for step in path:
        if isinstance(value, dict) and isinstance(step, str):
            value = value.get(step)
        elif isinstance(value, list) and isinstance(step, int) and -1 <= step < len(value):
            value = value[step] if value else None
        else:
            return None
    return value


def text(value: Json, *path: str | int) -> str:
    """Return a text; a number becomes one, anything else is empty."""
    found = get(value, *path)
    if isinstance(found, bool):
        return ""
    return str(found) if isinstance(found, str | int | float) else ""


def pixels(value: Json, *path: str | int) -> int | None:
    """Return a number of pixels; it may be written as text. None for none that a picture has."""
    found = get(value, *path)
    if isinstance(found, str) and found.isascii() and found.isdigit():
        found = int(found[:12])
    if isinstance(found, bool) or not isinstance(found, int | float):
        return None
    # Compared as it is: a number of hundreds of digits fits no float, and NaN is in no range.
    return int(found) if 1 <= found <= _PIXELS_CAP else None


def when(value: Json, *path: str | int) -> str | float:
    """Return a time as it is written: seconds since the epoch, or a date in some form."""
    found = get(value, *path)
    if isinstance(found, bool) or not isinstance(found, str | int | float):
        return ""
    if isinstance(found, str):
        return found
    try:
        return float(found)
    except OverflowError:
        return math.inf


def items(value: Json, *path: str | int) -> list[Json]:
    """Return a list, as much of it as is looked at; empty for anything else."""
    found = get(value, *path)
    return found[:ITEMS_CAP] if isinstance(found, list) else []


def has_objects(value: Json, *path: str | int) -> bool:
    """Say whether there is a list whose first element is an object."""
    found = items(value, *path)
    return bool(found) and isinstance(found[0], dict)


def along(value: Json, dotted: str) -> Iterator[Json]:
    """Yield what a dotted path leads to; `[]` stands for each element of a list."""
    found = [value]
    for part in dotted.split(".")[:_PATH_PARTS_CAP]:
        name, each, _ = part.partition("[]")
        if name:
            found = [get(one, name) for one in found]
        if each:
            found = [one for many in found if isinstance(many, list) for one in many[:ITEMS_CAP]]
        found = found[:ITEMS_CAP]
    yield from (one for one in found if one is not None)
