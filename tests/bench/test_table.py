import json

import pytest

from bench.table import Row, show

ROWS = [
    Row("one", "p50_us", "us", 20.0, {"pipe": 40.0, "queue": 0.0}),
    Row("two", "ms", "ms", 3.0, {"thread": 2.0}),
]


def test_the_last_line_is_for_programs(capsys: pytest.CaptureFixture[str]) -> None:
    show("ways", ROWS, notes=["a note"])
    *_, note, last = capsys.readouterr().out.splitlines()
    assert note == "a note"
    assert json.loads(last) == {
        "bench": "ways",
        "rows": [
            {
                "case": "one",
                "metric": "p50_us",
                "unit": "us",
                "ours": 20.0,
                "peers": {"pipe": 40.0, "queue": 0.0},
                "ratio": {"pipe": 0.5},
            },
            {
                "case": "two",
                "metric": "ms",
                "unit": "ms",
                "ours": 3.0,
                "peers": {"thread": 2.0},
                "ratio": {"thread": 1.5},
            },
        ],
    }


def test_peers_stand_only_beside_rows_that_have_them(capsys: pytest.CaptureFixture[str]) -> None:
    show("ways", ROWS)
    headings = [line for line in capsys.readouterr().out.splitlines() if "ours" in line]
    assert ["thread" in line for line in headings[:2]] == [False, True]
    assert ["queue" in line for line in headings[:2]] == [True, False]
