"""The log: what a line looks like, what is held back, and that nobody waits for it."""

import threading
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stillframe.show.journal import LINES_CAP, THROTTLE_NS, Journal, Line, Throttle

LONG_S = 30.0


class Terminal:
    """Takes lines; it can be stuck."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.stuck = threading.Event()
        self.free = threading.Event()
        self.free.set()

    def write(self, line: str) -> None:
        if not self.free.is_set():
            self.stuck.set()
        assert self.free.wait(LONG_S)
        self.lines.append(line)


@pytest.fixture
def terminal() -> Iterator[Terminal]:
    made = Terminal()
    yield made
    made.free.set()


def written(*notes: Line) -> list[str]:
    """Return what a journal writes of some notes."""
    terminal = Terminal()
    journal = Journal(terminal.write)
    for line in notes:
        journal.note(line.tag, line.event, **dict(line.fields))
    journal.close(LONG_S)
    return terminal.lines


@pytest.mark.parametrize(
    ("fields", "text"),
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
    fields: tuple[tuple[str, str | int | float], ...], text: str
) -> None:
    assert Line("SHOW", "skipped", fields).text() == text


@settings(deadline=None, max_examples=300)
@given(event=st.text(max_size=40), value=st.text(max_size=40))
def test_whatever_is_said_a_line_is_one_printable_line(event: str, value: str) -> None:
    text = Line("HEALTH", event, (("said", value),)).text()
    assert text.isprintable()
    assert len(text.splitlines()) == 1
    text.encode()


EVENT, OTHER = Line("HEALTH", "worker"), Line("HEALTH", "worker", (("pid", 7),))
AGAIN = "[HEALTH] worker repeated=1"


@pytest.mark.parametrize(
    ("times_ns", "texts"),
    [
        ([0], ["[HEALTH] worker"]),
        ([0, 1, THROTTLE_NS - 1], ["[HEALTH] worker", None, None]),
        ([0, THROTTLE_NS], ["[HEALTH] worker", "[HEALTH] worker"]),
        ([0, 1, 2, THROTTLE_NS], ["[HEALTH] worker", None, None, "[HEALTH] worker repeated=2"]),
        (
            [0, 1, THROTTLE_NS, THROTTLE_NS + 1, 2 * THROTTLE_NS],
            ["[HEALTH] worker", None, AGAIN, None, AGAIN],
        ),
    ],
)
def test_the_same_line_is_let_through_once_an_interval(
    times_ns: list[int], texts: list[str | None]
) -> None:
    throttle = Throttle()
    assert [throttle.admit(EVENT, now_ns) for now_ns in times_ns] == texts


def test_another_line_is_not_held_back() -> None:
    throttle = Throttle()
    assert throttle.admit(EVENT, 0) == "[HEALTH] worker"
    assert throttle.admit(OTHER, 0) == "[HEALTH] worker pid=7"


def test_what_the_show_does_is_never_held_back() -> None:
    throttle = Throttle()
    again = Line("SHOW", "transition", (("photo", "a.jpg"),))
    assert [throttle.admit(again, 0) for _ in range(3)] == [again.text()] * 3


def test_a_throttle_forgets_what_is_oldest_rather_than_grow() -> None:
    throttle = Throttle()
    for number in range(5_000):
        throttle.admit(Line("PERF", str(number)), 0)
    assert len(throttle._last) <= 256
    assert throttle.admit(Line("PERF", "4999"), 1) is None
    assert throttle.admit(Line("PERF", "0"), 1) == "[PERF] 0"


def test_lines_are_written_in_order_and_the_last_ones_at_the_end() -> None:
    notes = [Line("SHOW", "transition", (("photo", f"{n}.jpg"),)) for n in range(100)]
    assert written(*notes) == [note.text() for note in notes]


def test_a_stuck_terminal_holds_nobody_up_and_costs_a_bounded_memory(terminal: Terminal) -> None:
    journal = Journal(terminal.write)
    terminal.free.clear()
    journal.note("SHOW", "first")
    assert terminal.stuck.wait(LONG_S)
    for number in range(3 * LINES_CAP):
        journal.note("SHOW", str(number))
    terminal.free.set()
    journal.close(LONG_S)
    newest = [f"[SHOW] {number}" for number in range(2 * LINES_CAP, 3 * LINES_CAP)]
    assert terminal.lines == ["[SHOW] first", *newest]


def test_a_stuck_terminal_does_not_keep_the_show_from_ending(terminal: Terminal) -> None:
    journal = Journal(terminal.write)
    terminal.free.clear()
    journal.note("SHOW", "first")
    assert terminal.stuck.wait(LONG_S)
    journal.close(timeout_s=0)
    assert terminal.lines == []
    terminal.free.set()
    journal.close(LONG_S)
    assert terminal.lines == ["[SHOW] first"]


def test_a_terminal_that_is_gone_ends_nothing() -> None:
    lines = []

    def write(line: str) -> None:
        lines.append(line)
        if len(lines) == 1:
            raise BrokenPipeError

    journal = Journal(write)
    journal.note("SHOW", "lost")
    journal.note("SHOW", "kept")
    journal.close(LONG_S)
    assert lines == ["[SHOW] lost", "[SHOW] kept"]


def test_a_flood_of_one_event_is_written_once() -> None:
    assert written(*[EVENT] * 50) == ["[HEALTH] worker"]
