"""What a feed's answer says besides its body."""

import hashlib

import pytest

from answered import URL, answer
from stillframe.contracts.feeds import DropReason
from stillframe.workers.feeds import answers
from stillframe.workers.feeds.fetch import Validators
from stillframe.workers.feeds.problem import FetchError
from stillframe.workers.feeds.schedule import Pace, Record

SHA = hashlib.sha256(b"<rss/>").hexdigest()
DATE = "Mon, 23 Nov 2026 10:00:00 GMT"
AN_HOUR_LATER = "Mon, 23 Nov 2026 11:00:00 GMT"


def test_validators_are_kept_byte_for_byte_and_given_back() -> None:
    said = answer(etag='W/"a b"', last_modified="yesterday, I think")
    record = answers.remembered(Record(), said)
    assert answers.validators_of(record) == Validators(
        etag='W/"a b"', last_modified="yesterday, I think", url=URL
    )
    assert answers.validators_of(Record()) is None


def test_an_answer_that_is_outdated_at_once_leaves_no_validators() -> None:
    record = answers.remembered(Record(), answer(etag='"a"', expires="0"))
    assert answers.validators_of(record) is None
    assert record.body_sha256 == SHA


def test_not_modified_keeps_what_is_known_and_takes_a_new_tag() -> None:
    before = Record(etag='"a"', last_modified="then", validators_url=URL, body_sha256=SHA)
    same = answer(b"", not_modified=True, conditional=True)
    assert answers.remembered(before, same) == before
    renamed = answer(b"", not_modified=True, conditional=True, etag='"b"')
    assert answers.remembered(before, renamed).etag == '"b"'
    assert answers.unchanged(before, same, "")


def test_not_modified_that_nobody_asked_for_is_a_mistake() -> None:
    with pytest.raises(FetchError) as caught:
        answers.unchanged(Record(), answer(b"", not_modified=True), "")
    assert caught.value.reason is DropReason.BAD_RESPONSE


@pytest.mark.parametrize(
    ("record", "fields", "same"),
    [
        (Record(), {}, False),
        (Record(body_sha256=SHA), {}, True),
        (Record(body_sha256="other"), {}, False),
        (Record(body_sha256="other", etag='"a"'), {"etag": '"a"'}, True),
        (Record(body_sha256="other", etag='"a"'), {"etag": '"b"'}, False),
        (Record(etag='"a"'), {"etag": '"a"'}, False),
    ],
)
def test_a_body_is_the_same_by_tag_or_by_hash(
    record: Record, fields: dict[str, str], *, same: bool
) -> None:
    assert answers.unchanged(record, answer(**fields), SHA) is same


def test_nothing_at_all_is_a_refusal() -> None:
    with pytest.raises(FetchError) as caught:
        answers.unchanged(Record(), answer(b""), "")
    assert caught.value.reason is DropReason.EMPTY


@pytest.mark.parametrize(
    ("fields", "pace"),
    [
        ({}, Pace()),
        ({"etag": '"a"'}, Pace(validated=True)),
        ({"last_modified": "then"}, Pace(validated=True)),
        ({"not_modified": True}, Pace(validated=True)),
        ({"cache_control": "public, max-age=7200"}, Pace(max_age_s=7200.0)),
        ({"cache_control": 'Max-Age="60"'}, Pace(max_age_s=60.0)),
        ({"cache_control": "max-age=7200, no-cache"}, Pace()),
        ({"cache_control": "no-store, max-age=1"}, Pace()),
        ({"cache_control": "max-age=-1"}, Pace()),
        ({"cache_control": "max-age=\u0661"}, Pace()),
        ({"cache_control": "max-age=" + "9" * 5000}, Pace(max_age_s=999_999_999_999.0)),
        ({"expires": AN_HOUR_LATER, "date": DATE}, Pace(expires_s=3600.0)),
        ({"expires": DATE, "date": AN_HOUR_LATER}, Pace()),
        ({"expires": AN_HOUR_LATER}, Pace()),
        ({"expires": "0", "date": DATE}, Pace()),
        ({"expires": "whenever", "date": DATE}, Pace()),
    ],
)
def test_what_an_answer_says_of_its_pace(fields: dict[str, object], pace: Pace) -> None:
    assert answers.pace_of(answer(**fields)) == pace
