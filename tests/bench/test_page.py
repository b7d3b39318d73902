"""The page of figures, from rows as benches print them."""

from bench.page import Run, machine, page

ROW = {
    "case": "slide",
    "metric": "frame_cost",
    "unit": "ms",
    "ours": 34.18,
    "peers": {"crossfade": 46.71, "none": 0.0},
    "ratio": {"crossfade": 0.732},
}
BIG = {**ROW, "case": "ink", "ours": 262144.0, "peers": {}, "ratio": {}}


def test_each_row_is_a_line_with_its_peers_and_ratios() -> None:
    text = page([Run("python -m bench.transitions", [ROW, BIG])], date="2026-01-02", where="here")
    lines = text.splitlines()
    assert "Date: 2026-01-02. Machine: here." in text
    assert lines[-2] == (
        "| transitions | slide | frame_cost, ms | 34.2 | crossfade 46.7 (x0.73), none 0 |"
    )
    assert lines[-1] == "| transitions | ink | frame_cost, ms | 262,144 |  |"


def test_commands_are_there_and_what_a_bench_was_asked_for_tells_its_rows() -> None:
    runs = [
        Run("python -m bench.pacing --full", [ROW]),
        Run("python -m bench.pacing --scenario all --full", [BIG]),
    ]
    lines = page(runs, date="d", where="w").splitlines()
    for run in runs:
        assert f"- `{run.command}`" in lines
    assert lines[-2].startswith("| pacing | slide |")
    assert lines[-1].startswith("| pacing --scenario all | ink |")


def test_what_a_run_has_not_come_to_is_named() -> None:
    runs = [Run("python -m bench.ipc", [ROW])]
    assert "Not in this run: recover, soak.\n" in page(
        runs, left=["recover", "soak"], date="d", where="w"
    )
    assert "Not in this run" not in page(runs, date="d", where="w")


def test_a_bench_that_failed_is_named() -> None:
    text = page([Run("python -m bench.ipc --full", None)], date="d", where="w")
    assert "Failed in this run: `python -m bench.ipc --full`." in text


def test_the_machine_is_said_without_its_name() -> None:
    said = machine()
    assert "processors" in said
    assert "CPython 3." in said
