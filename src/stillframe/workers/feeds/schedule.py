"""When a feed is asked again.

Role: pure; from what is known of a feed and what its server said to when it is due. Counterpart:
`workers.feeds.gather` asks; the mirror's database keeps each `Record` between two shows. The rules
are those of well-kept feed readers: a server that says how often it wants to be asked is obeyed,
one that fails is asked more and more rarely, one that says goodbye is believed.

Guarantees: after a success no due time is nearer than `DEFAULT_S`; none is ever further away than
`LONGEST_S`, but for the hours and days in which a feed asks to be skipped.
"""

import datetime as dt
import random
from typing import Final

import msgspec

from stillframe.contracts.feeds import (
    DropReason,
    FeedHealth,
    FeedState,
    Hour,
    ImageMetadata,
    Reading,
    Weekday,
)

_MINUTE_S: Final = 60.0
_HOUR_S: Final = 3600.0
_DAY_S: Final = 86400.0
# A wish to be asked more often is not needed for photos; one for longer outlasts a show.
DEFAULT_S: Final = _HOUR_S
LONGEST_S: Final = _DAY_S
# Without validators each poll is the whole body again.
WITHOUT_VALIDATORS_S: Final = _DAY_S
# A feed that fails for so long is asked once a day and counts as dead.
DEAD_AFTER_S: Final = 7 * _DAY_S
# The first poll of many feeds is spread over this.
START_SPREAD_S: Final = 3.0
# A permanent redirect is believed after so many days on which it said the same.
MOVES_NEEDED: Final = 3
# By hand too, nothing is asked twice in this time.
REFRESH_S: Final = _MINUTE_S
# As many as are looked at once; a reading of the largest size holds as many.
CANDIDATES_CAP: Final = 100
_BUSY_STATUS: Final = frozenset((429, 503))
_DENIED_STATUS: Final = frozenset((401, 403))
_NOT_FOUND: Final = 404
_WEEK_HOURS: Final = 24 * 7


class Pace(msgspec.Struct, frozen=True, kw_only=True):
    """What a server's answer says about when to come again; None where it says nothing.

    Attributes:
        max_age_s: from `Cache-Control`, unless it also says `no-cache`.
        expires_s: from `Expires`, relative to the answer's own `Date`.
        validated: whether it sent anything by which a later poll can ask for changes only.
    """

    max_age_s: float | None = None
    expires_s: float | None = None
    validated: bool = False


class Trouble(msgspec.Struct, frozen=True, kw_only=True):
    """Why a poll failed."""

    reason: DropReason
    detail: str = ""
    status: int | None = None
    retry_after_s: float | None = None


class Move(msgspec.Struct, frozen=True, kw_only=True):
    """Where a feed says that it has moved, and on how many days it has said so."""

    url: str
    days: int
    last_day: int


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """What is kept of one feed. Times are seconds since the epoch.

    Attributes:
        etag, last_modified: as the server sent them, byte for byte.
        validators_url: the address that they belong to.
        body_sha256: of the last body that was read, for servers without validators.
        failing_since_s: of the first failure in a row.
        interval_s: how long the feed itself wants to be left alone.
        moved_to: the address that is asked instead of the feed's own.
        candidates: what the last body held; what is not fetched yet comes in later cycles, even
            if the feed does not change or the process ends.
    """

    etag: str = ""
    last_modified: str = ""
    validators_url: str = ""
    body_sha256: str = ""
    title: str = ""
    polled_s: float | None = None
    ok_s: float | None = None
    due_s: float | None = None
    failures: int = 0
    failing_since_s: float | None = None
    error: DropReason | None = None
    detail: str = ""
    gone: bool = False
    interval_s: float = 0.0
    skip_hours: tuple[Hour, ...] = ()
    skip_days: tuple[Weekday, ...] = ()
    moving: Move | None = None
    moved_to: str = ""
    candidates: tuple[ImageMetadata, ...] = ()


def is_due(record: Record, now_s: float) -> bool:
    """Say whether a feed may be asked now.

    A last poll that lies in the future says that the clock was moved: that counts as due, once.
    """
    if record.gone:
        return False
    if record.due_s is None or (record.polled_s is not None and record.polled_s > now_s):
        return True
    return now_s >= record.due_s


def may_refresh(record: Record, now_s: float) -> bool:
    """Say whether a person may have a feed asked now, whatever it said about its pace."""
    return record.polled_s is None or not 0 <= now_s - record.polled_s < REFRESH_S


def welcomed(record: Record, now_s: float, rng: random.Random) -> Record:
    """Give a feed its first due time: soon, and not in step with the others."""
    if record.due_s is not None:
        return record
    return msgspec.structs.replace(record, due_s=now_s + rng.uniform(0, START_SPREAD_S))


def after_answer(
    record: Record, pace: Pace, reading: Reading | None, now_s: float, rng: random.Random
) -> Record:
    """Return the record after a poll that went well.

    Args:
        record: as it was, with the validators of this answer already in it.
        pace: what the answer's header says.
        reading: what the body held; None if nothing has changed.
        now_s: when it was.
        rng: draws the jitter.
    """
    if reading is not None:
        record = msgspec.structs.replace(
            record,
            title=reading.title[:200] or record.title,
            candidates=reading.items[:CANDIDATES_CAP],
            interval_s=max(reading.feed_ttl_s or 0.0, reading.update_period_s or 0.0),
            skip_hours=reading.skip_hours,
            skip_days=reading.skip_days,
        )
    wishes = (record.interval_s, pace.max_age_s or 0.0, pace.expires_s or 0.0)
    said = any(wishes)
    least_s = DEFAULT_S if pace.validated or said else WITHOUT_VALIDATORS_S
    interval_s = min(max(least_s, *wishes), LONGEST_S)
    due_s = now_s + min(interval_s * rng.uniform(1.0, 1.05), LONGEST_S)
    return msgspec.structs.replace(
        record,
        polled_s=now_s,
        ok_s=now_s,
        due_s=beyond_skips(due_s, record.skip_hours, record.skip_days),
        failures=0,
        failing_since_s=None,
        error=None,
        detail="",
    )


def after_trouble(record: Record, trouble: Trouble, now_s: float, rng: random.Random) -> Record:
    """Return the record after a poll that failed."""
    since_s = record.failing_since_s
    if since_s is None or since_s > now_s:
        since_s = now_s
    failures = record.failures + 1
    wait_s = _wait_s(trouble, failures, rng)
    if now_s - since_s >= DEAD_AFTER_S:
        wait_s = _DAY_S
    return msgspec.structs.replace(
        record,
        polled_s=now_s,
        due_s=now_s + min(wait_s, LONGEST_S),
        failures=failures,
        failing_since_s=since_s,
        error=trouble.reason,
        detail=trouble.detail[:200],
        gone=trouble.reason is DropReason.GONE,
    )


def _wait_s(trouble: Trouble, failures: int, rng: random.Random) -> float:
    """Return how long a feed that fails is left alone, by what it fails of."""
    if trouble.retry_after_s is not None and trouble.status in _BUSY_STATUS:
        return max(trouble.retry_after_s, _MINUTE_S)
    doubled = 2.0 ** min(failures - 1, 16)
    if trouble.status in _BUSY_STATUS:
        first_s, most_s = 15 * _MINUTE_S, LONGEST_S
    elif trouble.status in _DENIED_STATUS or trouble.status == _NOT_FOUND:
        first_s, most_s = _HOUR_S, LONGEST_S
    else:
        first_s, most_s = 5 * _MINUTE_S, 6 * _HOUR_S
    # Jitter only lengthens: a server never sees us earlier than it asked for.
    return min(first_s * doubled * rng.uniform(1.0, 1.25), most_s)


def after_redirect(record: Record, permanent_url: str | None, own_url: str, now_s: float) -> Record:
    """Count the days on which a feed said for good that it is elsewhere, and believe it in the end.

    Args:
        record: as it was.
        permanent_url: where permanent redirects alone have led; None if there were none.
        own_url: the address that was asked.
        now_s: when it was.
    """
    if permanent_url is None or permanent_url == own_url:
        return record if record.moving is None else msgspec.structs.replace(record, moving=None)
    today, moving = int(now_s // _DAY_S), record.moving
    if moving is None or moving.url != permanent_url:
        moving = Move(url=permanent_url, days=1, last_day=today)
    elif moving.last_day != today:
        moving = Move(url=permanent_url, days=moving.days + 1, last_day=today)
    if moving.days >= MOVES_NEEDED:
        return msgspec.structs.replace(record, moving=None, moved_to=permanent_url)
    return msgspec.structs.replace(record, moving=moving)


def address_of(record: Record, own_url: str, now_s: float) -> str:
    """Return where a feed is asked: at its own address, unless it has another one by now.

    A feed without TLS that cannot be had, never or for a day, is asked with TLS every other time:
    many a server has closed the old door.
    """
    if record.moved_to:
        return record.moved_to
    since_s = record.failing_since_s
    lost = record.ok_s is None or (since_s is not None and now_s - since_s >= _DAY_S)
    unreachable = record.error is DropReason.UNREACHABLE and lost
    if record.failures % 2 and unreachable and own_url.startswith("http://"):
        return "https://" + own_url.removeprefix("http://")
    return own_url


def beyond_skips(due_s: float, hours: tuple[int, ...], days: tuple[int, ...]) -> float:
    """Return the first time at or after `due_s` that is in no hour or day (GMT) to be skipped.

    A feed that skips all of them has made a mistake: it is not obeyed.
    """
    moment = dt.datetime.fromtimestamp(due_s, dt.UTC)
    for _ in range(_WEEK_HOURS):
        if moment.hour not in hours and moment.weekday() not in days:
            return max(due_s, moment.timestamp())
        moment = (moment + dt.timedelta(hours=1)).replace(minute=0, second=0, microsecond=0)
    return due_s


def health_of(record: Record, images: int, now_s: float) -> FeedHealth:
    """Return what a person wants to know of a feed."""
    return FeedHealth(
        state=_state_of(record, now_s),
        last_ok_s=record.ok_s,
        next_due_s=None if record.gone else record.due_s,
        failures=record.failures,
        error=record.error,
        detail=record.detail,
        images=images,
    )


def _state_of(record: Record, now_s: float) -> FeedState:
    if record.gone:
        return FeedState.GONE
    if record.failing_since_s is not None:
        dead = now_s - record.failing_since_s >= DEAD_AFTER_S
        return FeedState.DEAD if dead else FeedState.FAILING
    return FeedState.NEW if record.ok_s is None else FeedState.OK
