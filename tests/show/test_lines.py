"""Lines of the log: how they look in each form, and which are held back."""

import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stillframe.contracts.control import LogLevel
from stillframe.show.lines import (
    SHOW,
    THROTTLE_NS,
    VALUE_CAP_CHARS,
    Line,
    Throttle,
    as_json,
    matters,
    short,
    stamped,
    text,
)

# 2026-01-02 03:04:05.678 UTC
AT_NS = 1_767_323_045_678_999_999
HOSTILE = st.text(st.characters(exclude_categories=()), max_size=40)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ((), "[SHOW] skipped"),
        ((("photo", "/p/a.jpg"), ("n", 3)), "[SHOW] skipped photo=/p/a.jpg n=3"),
        ((("s", 0.25), ("long", 1234567.0)), "[SHOW] skipped s=0.25 long=1.23457e+06"),
        ((("photo", "two words"),), '[SHOW] skipped photo="two words"'),
        ((("photo", ""),), '[SHOW] skipped photo=""'),
        ((("photo", 'a="b"'),), '[SHOW] skipped photo="a=\\"b\\""'),
        ((("photo", "a\n[SHOW] forged"),), '[SHOW] skipped photo="a\\n[SHOW] forged"'),
        (
            (("photo", "\x1b[2J\x1b]0;title\x07"),),
            '[SHOW] skipped photo="\\x1b[2J\\x1b]0;title\\x07"',
        ),
        ((("photo", "\x9b31m"),), '[SHOW] skipped photo="\\x9b31m"'),
        ((("photo", "\u202egpj.exe\u2028"),), '[SHOW] skipped photo="\\u202egpj.exe\\u2028"'),
        ((("photo", "half \ud800"),), '[SHOW] skipped photo="half \\ud800"'),
        ((("photo", "back\\slash end"),), '[SHOW] skipped photo="back\\\\slash end"'),
        ((("photo", "sommer é 夏"),), '[SHOW] skipped photo="sommer é 夏"'),
    ],
)
def test_a_line_is_words_and_what_could_do_harm_is_spelled_out(
    fields: tuple[tuple[str, str | int | float], ...], words: str
) -> None:
    assert text(Line("SHOW", "skipped", fields)) == words


@settings(max_examples=300)
@given(event=HOSTILE, value=HOSTILE)
def test_whatever_is_said_every_form_is_one_printable_line(event: str, value: str) -> None:
    line = Line("HEALTH", event, (("said", value),), at_ns=AT_NS)
    for form in (text(line), stamped(line, 7), as_json(line, 7)):
        assert form.isprintable()
        assert len(form.splitlines()) == 1
        form.encode()


@settings(max_examples=300)
@given(event=HOSTILE, value=HOSTILE | st.integers() | st.floats())
def test_a_json_line_gives_back_what_was_said(event: str, value: str | float) -> None:
    said = json.loads(
        as_json(Line("HEALTH", event, (("said", value),)), 7), parse_constant=pytest.fail
    )
    whole = event.encode("utf-8", "backslashreplace").decode()
    assert said["event"] == whole
    if isinstance(value, str):
        assert said["said"] == value.encode("utf-8", "backslashreplace").decode()
    else:
        assert said["said"] == value or said["said"] in ("nan", "inf", "-inf")


@pytest.mark.parametrize(
    ("level", "words"),
    [
        (LogLevel.DEBUG, "[HEALTH] worker pid=7"),
        (LogLevel.INFO, "[HEALTH] worker pid=7"),
        (LogLevel.WARNING, "[HEALTH] worker pid=7 level=warning"),
        (LogLevel.ERROR, "[HEALTH] worker pid=7 level=error"),
    ],
)
def test_a_terminal_is_told_a_level_that_is_not_plain_news(level: LogLevel, words: str) -> None:
    assert text(Line("HEALTH", "worker", (("pid", 7),), level)) == words


def test_a_file_keeps_time_level_and_show_in_front() -> None:
    line = Line("HEALTH", "worker", (("pid", 7),), LogLevel.ERROR, AT_NS)
    assert stamped(line, 41) == (
        "2026-01-02T03:04:05.678Z error stillframe[41] [HEALTH] worker pid=7"
    )


def test_a_json_line_is_flat_and_says_the_same() -> None:
    line = Line("PERF", "frame", (("worker", "images"), ("ms", 1.5)), LogLevel.DEBUG, AT_NS)
    assert json.loads(as_json(line, 41)) == {
        "ts": "2026-01-02T03:04:05.678Z",
        "level": "debug",
        "tag": "PERF",
        "event": "frame",
        "show": 41,
        "worker": "images",
        "ms": 1.5,
    }


def test_a_field_cannot_stand_in_for_what_every_line_has() -> None:
    forged = Line("HEALTH", "worker", (("tag", "SHOW"), ("ts", "never"), ("level", "debug")))
    said = json.loads(as_json(forged, 41))
    assert (said["tag"], said["level"]) == ("HEALTH", "info")
    assert said["ts"].startswith("1970-01-01T")


def test_the_time_is_utc_wherever_the_show_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Pacific/Auckland")
    time.tzset()
    try:
        assert Line("SHOW", "cut", at_ns=AT_NS).at == "2026-01-02T03:04:05.678Z"
    finally:
        monkeypatch.undo()
        time.tzset()


def test_no_character_of_a_json_line_steers_a_terminal() -> None:
    assert as_json(Line("SHOW", "\x7f\x9b\x1b", at_ns=AT_NS), 7).isprintable()


def test_what_is_forgotten_leaves_its_count() -> None:
    throttle = Throttle()
    throttle.admit(EVENT, 0)
    throttle.admit(EVENT, 0)
    said = [line for n in range(256) for line in throttle.admit(Line("PERF", str(n)), 0)]
    assert [text(line) for line in said if line.event == "worker"] == times(1)


def test_levels_rise_from_debug_to_error() -> None:
    levels = [LogLevel.DEBUG, LogLevel.INFO, LogLevel.WARNING, LogLevel.ERROR]
    for least, _ in enumerate(levels):
        assert [matters(level, levels[least]) for level in levels] == [
            at >= least for at in range(4)
        ]


def test_a_value_without_end_is_cut() -> None:
    assert short("a" * VALUE_CAP_CHARS) == "a" * VALUE_CAP_CHARS
    cut = short("a" * (VALUE_CAP_CHARS + 1))
    assert cut == "a" * (VALUE_CAP_CHARS - 1) + "…"
    assert short(12345) == 12345


EVENT, OTHER = Line("HEALTH", "worker"), Line("HEALTH", "worker", (("pid", 7),))
ONCE = ["[HEALTH] worker"]


def times(count: int) -> list[str]:
    return [f"[HEALTH] worker repeated={count}"]


@pytest.mark.parametrize(
    ("times_ns", "texts"),
    [
        ([0], [ONCE]),
        ([0, 1, THROTTLE_NS - 1], [ONCE, [], []]),
        ([0, THROTTLE_NS], [ONCE, ONCE]),
        ([0, 1, 2, THROTTLE_NS], [ONCE, [], [], times(2)]),
        (
            [0, 1, THROTTLE_NS, THROTTLE_NS + 1, 2 * THROTTLE_NS],
            [ONCE, [], times(1), [], times(2)],
        ),
        ([0, 1, THROTTLE_NS, 3 * THROTTLE_NS], [ONCE, [], times(1), times(1)]),
    ],
)
def test_the_same_line_is_let_through_once_an_interval(
    times_ns: list[int], texts: list[list[str]]
) -> None:
    throttle = Throttle()
    said = [[text(line) for line in throttle.admit(EVENT, now_ns)] for now_ns in times_ns]
    assert said == texts


def test_what_is_held_is_written_when_its_interval_ends_though_nothing_comes() -> None:
    throttle = Throttle()
    assert throttle.next_ns() is None
    throttle.admit(EVENT, 10)
    assert throttle.next_ns() is None, "nothing is held: nothing will be due"
    throttle.admit(EVENT, 20)
    assert throttle.next_ns() == 10 + THROTTLE_NS
    assert throttle.due(9 + THROTTLE_NS) == ()
    assert [text(line) for line in throttle.due(10 + THROTTLE_NS)] == times(1)
    assert throttle.next_ns() is None
    assert throttle.due(10**18) == ()
    assert throttle.end() == ()


def test_what_is_held_is_written_at_the_end() -> None:
    throttle = Throttle()
    for _ in range(3):
        throttle.admit(EVENT, 0)
    throttle.admit(OTHER, 0)
    assert [text(line) for line in throttle.end()] == times(2)
    assert throttle.end() == ()


def test_another_line_is_not_held_back() -> None:
    throttle = Throttle()
    louder = Line("HEALTH", "worker", level=LogLevel.ERROR)
    for line in (EVENT, OTHER, louder):
        assert throttle.admit(line, 0) == (line,)


def test_lines_that_differ_by_their_request_alone_are_the_same() -> None:
    def frame(seq: int, generation: int, took_ms: float) -> Line:
        fields = (("seq", seq), ("generation", generation), ("duration_ms", took_ms), ("pid", 7))
        return Line("PERF", "frame", fields)

    throttle = Throttle()
    assert throttle.admit(frame(1, 1, 1.5), 0) == (frame(1, 1, 1.5),)
    assert throttle.admit(frame(2, 5, 2.5), 0) == ()
    (last,) = throttle.end()
    assert dict(last.fields) == {**dict(frame(2, 5, 2.5).fields), "repeated": 1}


def test_what_the_show_does_is_never_held_back() -> None:
    throttle = Throttle()
    again = Line(SHOW, "transition", (("photo", "a.jpg"),))
    assert [throttle.admit(again, 0) for _ in range(3)] == [(again,)] * 3


def test_a_throttle_forgets_what_is_oldest_rather_than_grow() -> None:
    throttle = Throttle()
    for number in range(5_000):
        throttle.admit(Line("PERF", str(number)), 0)
    assert len(throttle._kept) <= 256
    assert throttle.admit(Line("PERF", "4999"), 1) == ()
    assert throttle.admit(Line("PERF", "0"), 1) == (Line("PERF", "0"),)


@settings(max_examples=300)
@given(st.lists(st.tuples(st.integers(0, 400), st.integers(0, THROTTLE_NS // 3)), max_size=900))
def test_no_line_is_lost_from_the_count(steps: list[tuple[int, int]]) -> None:
    throttle, now_ns = Throttle(), 0
    said: list[Line] = []
    for event, later_ns in steps:
        now_ns += later_ns
        said += throttle.admit(Line("PERF", str(event)), now_ns)
    said += throttle.end()
    counts = [int(dict(line.fields).get("repeated", 1)) for line in said]
    assert sum(counts) == len(steps)
