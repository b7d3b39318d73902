"""What an answer's header says, as far as asking again depends on it.

Role: pure; from header fields to values. Counterpart: `workers.feeds.fetch` sends requests and
reads the answers; `workers.feeds.schedule` decides when to come again.

Guarantees: whatever a server writes, there is a value or None, never an exception.
"""

import datetime as dt
from collections.abc import Sequence
from email.utils import parsedate_to_datetime
from typing import Final

RawHeader = Sequence[tuple[bytes, bytes]]
# A server that wants more peace than a day is asked once a day all the same.
RETRY_CAP_S: Final = 86400.0
# A date has 29 characters, a count of seconds fewer; entity tags stay below a few hundred.
_DATE_CAP_CHARS: Final = 64
_FIELD_CAP_CHARS: Final = 1024


def field_of(header: RawHeader, name: str) -> str:
    """Return the first field of a name, byte for byte (Latin-1); empty if there is none.

    One that is longer than any honest one counts as none: half of a tag is another tag.
    """
    wanted = name.lower().encode("ascii")
    for key, value in header:
        if key.lower() == wanted:
            return value.decode("latin-1") if len(value) <= _FIELD_CAP_CHARS else ""
    return ""


def fields_of(header: RawHeader, name: str) -> str:
    """Return all fields of a name as one list, as the standard lets anybody write them."""
    wanted = name.lower().encode("ascii")
    found = [value.decode("latin-1") for key, value in header if key.lower() == wanted]
    return ", ".join(found)[:_FIELD_CAP_CHARS]


def date_s(text: str) -> float | None:
    """Return an HTTP date as seconds since the epoch; None for what is none."""
    if not 0 < len(text) <= _DATE_CAP_CHARS:
        return None
    try:
        moment = parsedate_to_datetime(text)
        if moment.tzinfo is None:  # "-0000": no zone, which the standard reads as GMT
            moment = moment.replace(tzinfo=dt.UTC)
        return moment.timestamp()
    except (ValueError, OverflowError, TypeError, IndexError):
        return None


def retry_after_s(text: str, date: str, now_s: float) -> float | None:
    """Return how long a server wants to be left alone: above 0, a day at most.

    Args:
        text: `Retry-After`: seconds, or a date.
        date: the answer's `Date`: by that clock a date is meant.
        now_s: the time here, for an answer without one.

    Returns:
        None for what is no time or lies in the past: the usual patience then applies.
    """
    text = text.strip()
    if text.isascii() and text.isdigit():
        # More digits than a year of seconds has, and no number of any size is made of them.
        wait_s = float(text) if len(text) <= len("31536000") else RETRY_CAP_S
    else:
        until_s, sent_s = date_s(text), date_s(date)
        if until_s is None:
            return None
        wait_s = until_s - (now_s if sent_s is None else sent_s)
    return min(wait_s, RETRY_CAP_S) if wait_s > 0 else None
