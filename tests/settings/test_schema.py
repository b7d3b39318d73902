"""What each kind of setting takes and refuses, by typed value and by text."""

import datetime as dt
import math
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillframe.settings.schema import (
    Choice,
    Colour,
    Day,
    Integer,
    Number,
    Setting,
    SettingError,
    Switch,
    Words,
)

INTERVAL = Number(key="show.interval_s", unit="s", minimum=2, maximum=86400, default=10, help="h")
QUEUE = Integer(key="queues.images", unit="requests", minimum=2, maximum=64, default=8, help="h")
MODE = Choice(key="show.mode", choices=("fill", "fit"), default="fill", help="h")
TEAM = Choice(key="images.workers", choices=("auto", "1", "2"), default="auto", help="h")
SHARPEN = Switch(key="images.sharpen", default=False, help="h")
MAT = Colour(key="show.mat_colour", default="#000000", help="h")
EXCLUDE = Words(key="library.exclude", unit="patterns", help="h")
SINCE = Day(key="library.since", help="h")
KINDS = (INTERVAL, QUEUE, MODE, TEAM, SHARPEN, MAT, EXCLUDE, SINCE)

# A busy machine may take long over one example; that is no failure.

ANYTHING = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.just(1 << 10_000),
    st.floats(),
    st.text(),
    st.binary(),
    st.lists(st.integers()),
    st.dictionaries(st.text(), st.integers()),
    st.datetimes(),
)


@pytest.mark.parametrize(
    ("setting", "raw", "value"),
    [
        (INTERVAL, 2, 2.0),
        (INTERVAL, 2.0, 2.0),
        (INTERVAL, 7.25, 7.25),
        (INTERVAL, 86400, 86400.0),
        (QUEUE, 2, 2),
        (QUEUE, 64, 64),
        (MODE, "fit", "fit"),
        (TEAM, "2", "2"),
        (TEAM, 2, "2"),
        (SHARPEN, True, True),
        (SHARPEN, False, False),
        (MAT, "#0a1B2c", "#0a1b2c"),
        (EXCLUDE, " *.png, sommer é ", "*.png, sommer é"),
        (EXCLUDE, "", ""),
        (EXCLUDE, "x" * 1000, "x" * 1000),
        (SINCE, "2024-02-29", "2024-02-29"),
        (SINCE, dt.date(2024, 2, 29), "2024-02-29"),
        (SINCE, "", ""),
    ],
)
def test_a_typed_value_in_range_is_taken(setting: Setting, raw: object, value: object) -> None:
    parsed = setting.parse(raw)
    assert parsed == value
    assert type(parsed) is type(value)


@pytest.mark.parametrize(
    ("setting", "text", "value"),
    [
        (INTERVAL, "2", 2.0),
        (INTERVAL, " 7.25\n", 7.25),
        (INTERVAL, "1e2", 100.0),
        (QUEUE, "64", 64),
        (QUEUE, "+3", 3),
        (MODE, "fill", "fill"),
        (SHARPEN, "true", True),
        (SHARPEN, "On", True),
        (SHARPEN, "YES", True),
        (SHARPEN, "1", True),
        (SHARPEN, "false", False),
        (SHARPEN, "off", False),
        (SHARPEN, "No", False),
        (SHARPEN, "0", False),
        (MAT, "#FFFFFF", "#ffffff"),
        (EXCLUDE, "a, b ", "a, b"),
        (SINCE, " 2024-02-29 ", "2024-02-29"),
    ],
)
def test_text_in_range_is_taken(setting: Setting, text: str, value: object) -> None:
    parsed = setting.parse_text(text)
    assert parsed == value
    assert type(parsed) is type(value)


OUT_OF_RANGE = "is out of range: 2 to 86400 s"
NOT_A_NUMBER = "is not a number: give 2 to 86400 s"
NOT_WHOLE = "is not a whole number: give 2 to 64 requests, without a point"


@pytest.mark.parametrize(
    ("setting", "raw", "message"),
    [
        (INTERVAL, 0.5, f"show.interval_s = 0.5 {OUT_OF_RANGE}"),
        (INTERVAL, 1, f"show.interval_s = 1 {OUT_OF_RANGE}"),
        (INTERVAL, 86400.5, f"show.interval_s = 86400.5 {OUT_OF_RANGE}"),
        (INTERVAL, math.nan, f"show.interval_s = nan {OUT_OF_RANGE}"),
        (INTERVAL, math.inf, f"show.interval_s = inf {OUT_OF_RANGE}"),
        (INTERVAL, -math.inf, f"show.interval_s = -inf {OUT_OF_RANGE}"),
        pytest.param(
            INTERVAL,
            1 << 20_000,
            f"show.interval_s = an integer of 20001 bits {OUT_OF_RANGE}",
            id="an integer of more digits than Python prints",
        ),
        (INTERVAL, True, f"show.interval_s = true {NOT_A_NUMBER}"),
        (INTERVAL, "10", f"show.interval_s = '10' {NOT_A_NUMBER}"),
        (INTERVAL, [10], f"show.interval_s = an array {NOT_A_NUMBER}"),
        (INTERVAL, {}, f"show.interval_s = a table {NOT_A_NUMBER}"),
        (INTERVAL, dt.date(2020, 1, 1), f"show.interval_s = a date {NOT_A_NUMBER}"),
        (QUEUE, 1, "queues.images = 1 is out of range: 2 to 64 requests"),
        (QUEUE, 65, "queues.images = 65 is out of range: 2 to 64 requests"),
        (QUEUE, 5.0, f"queues.images = 5.0 {NOT_WHOLE}"),
        (QUEUE, math.nan, f"queues.images = nan {NOT_WHOLE}"),
        (QUEUE, True, f"queues.images = true {NOT_WHOLE}"),
        (MODE, "Fill", "show.mode = 'Fill' is not one of fill, fit"),
        (MODE, "", "show.mode = '' is not one of fill, fit"),
        (MODE, 1, "show.mode = 1 is not one of fill, fit"),
        (TEAM, 3, "images.workers = 3 is not one of auto, 1, 2"),
        (TEAM, True, "images.workers = true is not one of auto, 1, 2"),
        (TEAM, 1.0, "images.workers = 1.0 is not one of auto, 1, 2"),
        pytest.param(
            TEAM,
            1 << 20_000,
            "images.workers = an integer of 20001 bits is not one of auto, 1, 2",
            id="a number of more digits than Python prints, for a word",
        ),
        (SHARPEN, 1, "images.sharpen = 1 is not true or false"),
        (SHARPEN, "true", "images.sharpen = 'true' is not true or false"),
        (MAT, "#fff", "show.mat_colour = '#fff' is not a colour"),
        (MAT, "#gggggg", "show.mat_colour = '#gggggg' is not a colour"),
        (MAT, "#000000\n", "show.mat_colour = '#000000\\n' is not a colour"),
        (MAT, 0, "show.mat_colour = 0 is not a colour"),
        (EXCLUDE, 1, "library.exclude = 1 is not a line of at most 1000 characters"),
        (EXCLUDE, "x" * 1001, f"library.exclude = '{'x' * 59}…' is not a line of at most 1000"),
        (EXCLUDE, "a\nb", "library.exclude = 'a\\nb' is not a line"),
        (EXCLUDE, "\x1b[2J", "library.exclude = '\\x1b[2J' is not a line"),
        (SINCE, "2023-02-29", "library.since = '2023-02-29' is not a day as YYYY-MM-DD: there is"),
        (SINCE, "29.2.2024", "library.since = '29.2.2024' is not a day as YYYY-MM-DD"),
        (SINCE, "20240229", "library.since = '20240229' is not a day as YYYY-MM-DD"),
        (SINCE, 2024, "library.since = 2024 is not a day as YYYY-MM-DD"),
        (SINCE, dt.datetime(2024, 1, 1, tzinfo=dt.UTC), "library.since = a datetime is not a day"),
    ],
)
def test_a_hostile_typed_value_is_refused_by_name(
    setting: Setting, raw: object, message: str
) -> None:
    with pytest.raises(SettingError) as refused:
        setting.parse(raw)
    assert str(refused.value).startswith(message)


@pytest.mark.parametrize(
    ("setting", "text", "message"),
    [
        (INTERVAL, "0.5", f"show.interval_s = 0.5 {OUT_OF_RANGE}"),
        (INTERVAL, "1", f"show.interval_s = 1 {OUT_OF_RANGE}"),
        (INTERVAL, "nan", f"show.interval_s = nan {OUT_OF_RANGE}"),
        (INTERVAL, "-inf", f"show.interval_s = -inf {OUT_OF_RANGE}"),
        (INTERVAL, "1e999", f"show.interval_s = 1e999 {OUT_OF_RANGE}"),
        pytest.param(
            INTERVAL, "9" * 5000, f"show.interval_s = {'9' * 59}… {OUT_OF_RANGE}", id="digits"
        ),
        (INTERVAL, "", f"show.interval_s = '' {NOT_A_NUMBER}"),
        (INTERVAL, "ten", f"show.interval_s = 'ten' {NOT_A_NUMBER}"),
        (INTERVAL, "10 s", f"show.interval_s = '10 s' {NOT_A_NUMBER}"),
        (INTERVAL, "\x1b[2J", f"show.interval_s = '\\x1b[2J' {NOT_A_NUMBER}"),
        (QUEUE, "1", "queues.images = 1 is out of range: 2 to 64 requests"),
        (QUEUE, "5.0", "queues.images = '5.0' cannot be read as a whole number: give 2 to 64"),
        pytest.param(
            QUEUE,
            "9" * 5000,
            f"queues.images = '{'9' * 59}…' cannot be read as a whole number",
            id="digits of an integer",
        ),
        (QUEUE, "", "queues.images = '' cannot be read as a whole number: give 2 to 64"),
        (MODE, "stretch", "show.mode = 'stretch' is not one of fill, fit"),
        (SHARPEN, "", "images.sharpen = '' is not true or false"),
        (SHARPEN, "2", "images.sharpen = '2' is not true or false"),
        (MAT, "black", "show.mat_colour = 'black' is not a colour"),
        (EXCLUDE, "a\tb", "library.exclude = 'a\\tb' is not a line"),
        (SINCE, "today", "library.since = 'today' is not a day as YYYY-MM-DD"),
    ],
)
def test_hostile_text_is_refused_by_name(setting: Setting, text: str, message: str) -> None:
    with pytest.raises(SettingError) as refused:
        setting.parse_text(text)
    assert str(refused.value).startswith(message)


@pytest.mark.parametrize("setting", KINDS, ids=lambda setting: setting.key)
@given(raw=ANYTHING)
def test_any_typed_value_is_taken_or_refused_in_one_short_line(
    setting: Setting, raw: object
) -> None:
    try:
        setting.parse(raw)
    except SettingError as error:
        message = str(error)
        assert message.isprintable()
        assert len(message) < 600  # even where each character is escaped to ten


@pytest.mark.parametrize("setting", KINDS, ids=lambda setting: setting.key)
@given(text=st.text())
def test_any_text_is_taken_or_refused_in_one_short_line(setting: Setting, text: str) -> None:
    try:
        setting.parse_text(text)
    except SettingError as error:
        message = str(error)
        assert message.isprintable()
        assert len(message) < 800


def test_a_key_gives_section_name_and_variable() -> None:
    assert INTERVAL.section == "show"
    assert INTERVAL.name == "interval_s"
    assert INTERVAL.variable == "STILLFRAME_SHOW_INTERVAL_S"


def test_the_error_is_a_value_error_and_survives_pickling() -> None:
    error = SettingError("show.mode = 1 is not one of fill, fit")
    again = pickle.loads(pickle.dumps(error))  # noqa: S301  # our own bytes
    assert isinstance(again, ValueError)
    assert type(again) is SettingError
    assert str(again) == "show.mode = 1 is not one of fill, fit"
