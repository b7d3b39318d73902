"""Header fields: whatever a server writes there is a value or nothing.

Row of the hostile table: Retry-After of 99999999999, -1, garbage.
"""

import datetime as dt
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillframe.workers.feeds.header import date_s, field_of, fields_of, retry_after_s

NOW_S = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC).timestamp()
DATE = "Mon, 23 Nov 2026 11:00:00 GMT"  # an hour behind the clock here


@pytest.mark.parametrize(
    ("text", "wait_s"),
    [
        *(("120", 120.0), (" 7 ", 7.0), ("86400", 86400.0), ("86401", 86400.0)),
        *(("99999999999", 86400.0), ("9" * 1000, 86400.0)),
        *(("0", None), ("-1", None), ("", None), ("soon", None), ("1.5", None), ("١٢", None)),
        # By the server's clock, which says eleven.
        *(("Mon, 23 Nov 2026 11:05:00 GMT", 300.0), ("Mon, 23 Nov 2026 10:59:59 GMT", None)),
        *(("Mon, 23 Nov 2026 11:00:00 GMT", None), ("Fri, 31 Dec 9999 23:59:59 GMT", 86400.0)),
        ("Monday, 23-Nov-26 11:05:00 GMT", 300.0),
    ],
)
def test_how_long_a_server_wants_peace(text: str, wait_s: float | None) -> None:
    assert retry_after_s(text, DATE, NOW_S) == wait_s


def test_without_a_date_of_its_own_an_answer_is_measured_by_the_clock_here() -> None:
    assert retry_after_s("Mon, 23 Nov 2026 12:05:00 GMT", "", NOW_S) == 300.0
    assert retry_after_s("Mon, 23 Nov 2026 12:05:00 GMT", "nonsense", NOW_S) == 300.0


@given(st.one_of(st.text(max_size=80), st.from_regex(r"[A-Za-z0-9:,+ -]{1,64}", fullmatch=True)))
def test_any_text_is_a_bounded_wait_or_none(text: str) -> None:
    wait_s = retry_after_s(text, text, NOW_S)
    assert wait_s is None or 0 < wait_s <= 86400


@given(
    st.datetimes(dt.datetime(1000, 1, 1), dt.datetime(9999, 12, 30)).map(  # noqa: DTZ001
        lambda moment: moment.replace(microsecond=0, tzinfo=dt.UTC)
    )
)
def test_dates_as_the_standard_writes_them(moment: dt.datetime) -> None:
    assert date_s(format_datetime(moment, usegmt=True)) == moment.timestamp()


def test_fields_are_found_whatever_their_case_and_kept_byte_for_byte() -> None:
    header = [(b"eTaG", b'W/"\xe4 "'), (b"ETag", b"later"), (b"Vary", b"a"), (b"vary", b"b")]
    assert field_of(header, "ETag").encode("latin-1") == b'W/"\xe4 "'
    assert fields_of(header, "Vary") == "a, b"
    assert field_of(header, "Date") == fields_of(header, "Date") == ""


def test_half_of_a_tag_is_not_kept() -> None:
    assert field_of([(b"ETag", b"x" * 1024)], "etag") == "x" * 1024
    assert field_of([(b"ETag", b"x" * 1025)], "etag") == ""
