"""Careful looks at JSON."""

import contextlib
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillframe.contracts.feeds import DropReason
from stillframe.workers.feedparse import values
from stillframe.workers.feedparse.document import ITEMS_CAP, UnreadableError

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)
PATHS = st.lists(st.text(max_size=3) | st.integers(-3, 3), max_size=4)


@given(JSON, PATHS)
def test_every_look_returns_a_value_of_its_type(document: object, path: list[str | int]) -> None:
    assert isinstance(values.text(document, *path), str)
    size = values.pixels(document, *path)
    assert size is None or 0 < size <= 1 << 20
    assert isinstance(values.when(document, *path), str | float)
    assert len(values.items(document, *path)) <= ITEMS_CAP
    assert isinstance(values.has_objects(document, *path), bool)
    dotted = ".".join(str(step) for step in path)
    assert len(list(values.along(document, dotted + "[]"))) <= ITEMS_CAP


@pytest.mark.parametrize(
    ("found", "size"),
    [
        (5, 5),
        (5.9, 5),
        ("640", 640),
        ("640px", None),
        (0, None),
        (-5, None),
        (True, None),
        (math.inf, None),
        (math.nan, None),
        (10**30, None),
        (10**400, None),
        (-(10**400), None),
        ("9" * 5000, None),
        ("٣", None),
        ([5], None),
    ],
)
def test_a_number_of_pixels_is_one_that_a_picture_has(found: object, size: int | None) -> None:
    assert values.pixels({"w": found}, "w") == size


def test_a_path_goes_through_objects_and_lists_and_ends_where_it_cannot() -> None:
    document = {"a": [{"b": "x"}, {"b": "y"}]}
    assert values.get(document, "a", 1, "b") == "y"
    assert values.get(document, "a", -1, "b") == "y"
    for path in (("a", 2), ("a", -2), ("a", "b"), ("z",), (0,), ("a", 0, "b", "c")):
        assert values.get(document, *path) is None  # type: ignore[arg-type]
    assert values.get([], -1) is None


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'{"a": NaN}',
        b'{"a": 1e400}',
        b'{"a": "\\ud800"}',
        b'{"a": 1} x',
        b'"\xff"',
        b"[1,]",
    ],
)
def test_what_is_no_json_is_refused_with_a_reason(body: bytes) -> None:
    with pytest.raises(UnreadableError) as caught:
        values.decode(body)
    assert caught.value.reason is DropReason.BAD_JSON
    assert caught.value.detail


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b'jsonFlickrFeed({"a": 1})', {"a": 1}),
        (b"_j.c$ ( [1, 2]);\r\n", [1, 2]),
        (b'{"a": "it\\\'s"}', {"a": "it's"}),
        (b'{"a": "\\\\\\\'"}', {"a": "\\'"}),
        (b'{"a": "\\\\\'"}', {"a": "\\'"}),
        (b'f({"a": "it\\\'s )"})', {"a": "it's )"}),
    ],
)
def test_json_as_scripts_read_it(body: bytes, value: object) -> None:
    assert values.decode(body) == value


@pytest.mark.parametrize("body", [b"f(1)", b"f(alert(1))", b"f{}", b"f(", b"(" * 1000, b"f({}"])
def test_no_other_script_is_json(body: bytes) -> None:
    assert not values.is_call(body) or values.decode(body) == {}


def test_a_mark_of_byte_order_is_passed_over_and_the_last_of_two_keys_counts() -> None:
    assert values.decode(b'\xef\xbb\xbf{"a": 1, "a": 2}') == {"a": 2}


@given(st.binary(max_size=200))
def test_whatever_the_bytes(body: bytes) -> None:
    with contextlib.suppress(UnreadableError):
        values.decode(body)
