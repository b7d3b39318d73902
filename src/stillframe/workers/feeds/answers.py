"""What a feed's answer says besides its body: whether anything is new, and when to come again.

Role: pure; from header fields to what is remembered. Counterpart: `workers.feeds.fetch` makes the
answers; `workers.feeds.schedule` decides when the next one is asked for.
"""

import hashlib

import msgspec

from stillframe.contracts.feeds import DropReason
from stillframe.workers.feeds.fetch import Answer, Validators
from stillframe.workers.feeds.header import date_s
from stillframe.workers.feeds.problem import FetchError
from stillframe.workers.feeds.schedule import Pace, Record


def validators_of(record: Record) -> Validators | None:
    """Return what lets a server say that nothing has changed; None if it gave us nothing."""
    if not record.etag and not record.last_modified:
        return None
    return Validators(
        etag=record.etag, last_modified=record.last_modified, url=record.validators_url
    )


def sha256_of(answer: Answer) -> str:
    """Return the body's hash in hex, empty without a body."""
    return hashlib.sha256(answer.body).hexdigest() if answer.body else ""


def unchanged(record: Record, answer: Answer, digest: str) -> bool:
    """Say whether a body need not be read: it is the same as before, by word or by hash.

    Raises:
        FetchError: if there is nothing, and nothing was there before either.
    """
    if answer.not_modified:
        if not answer.conditional:
            raise FetchError(DropReason.BAD_RESPONSE, "304, and nothing was said of a version")
        return True
    if not answer.body:
        raise FetchError(DropReason.EMPTY, "nothing came")
    same_tag = bool(answer.etag) and answer.etag == record.etag
    return record.body_sha256 != "" and (same_tag or digest == record.body_sha256)


def remembered(record: Record, answer: Answer) -> Record:
    """Return the record with what the next poll needs of this answer."""
    if answer.not_modified:
        return msgspec.structs.replace(record, etag=answer.etag or record.etag)
    # One that says that it is outdated already does not want to be asked by version.
    keeps = answer.expires.strip() != "0"
    return msgspec.structs.replace(
        record,
        etag=answer.etag if keeps else "",
        last_modified=answer.last_modified if keeps else "",
        validators_url=answer.url if keeps else "",
        body_sha256=sha256_of(answer),
    )


def pace_of(answer: Answer) -> Pace:
    """Return what an answer says about when to come again."""
    return Pace(
        max_age_s=_max_age_s(answer.cache_control),
        expires_s=_expires_s(answer.expires, answer.date),
        validated=answer.not_modified or bool(answer.etag or answer.last_modified),
    )


def _max_age_s(cache_control: str) -> float | None:
    words = [word.strip().lower() for word in cache_control.split(",")]
    if "no-cache" in words or "no-store" in words:
        return None
    for word in words:
        name, _, value = word.partition("=")
        digits = value.strip().strip('"')
        # More digits than any age has are a mistake, and a long integer to make.
        if name.strip() == "max-age" and digits.isascii() and digits.isdigit():
            return float(digits[:12])
    return None


def _expires_s(expires: str, date: str) -> float | None:
    """Return how long an answer is good for by its own clock, which need not be ours."""
    until_s, said_s = date_s(expires), date_s(date)
    if until_s is None or said_s is None or until_s <= said_s:
        return None
    return until_s - said_s
