"""What the log is told of the engine."""

from typing import Any

import pytest

from stillframe.contracts.control import LogLevel, LogRecord
from stillframe.show import noting
from stillframe.supervision.events import Logged, WorkerChanged, WorkerState


class Lines:
    """A journal that keeps its lines."""

    def __init__(self) -> None:
        self.lines: list[dict[str, Any]] = []

    def note(self, tag: str, event: str, *, level: LogLevel = LogLevel.INFO, **said: Any) -> None:
        self.lines.append({"tag": tag, "event": event, "level": level, **said})


def test_a_record_is_a_line_with_what_it_says_and_no_more() -> None:
    journal = Lines()
    record = LogRecord(level=LogLevel.WARNING, event="slow disk", duration_ns=2_500_000)
    noting.record(journal, Logged("images", 42, record))  # type: ignore[arg-type]
    assert journal.lines == [
        {
            "tag": "HEALTH",
            "event": "slow disk",
            "level": LogLevel.WARNING,
            "worker": "images",
            "pid": 42,
            "duration_ms": 2.5,
        }
    ]


@pytest.mark.parametrize(
    ("state", "level"),
    [
        (WorkerState.READY, LogLevel.INFO),
        (WorkerState.BACKOFF, LogLevel.WARNING),
        (WorkerState.FAILED, LogLevel.ERROR),
    ],
)
def test_a_state_is_as_loud_as_it_is_bad(state: WorkerState, level: LogLevel) -> None:
    journal = Lines()
    noting.worker(journal, WorkerChanged("audio", state, 7, 2, "why"))  # type: ignore[arg-type]
    (line,) = journal.lines
    assert line["level"] is level
    assert (line["state"], line["restarts"], line["cause"]) == (state.value, 2, "why")
