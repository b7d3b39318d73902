"""The words of a trial: what is written is read, and nothing else."""

import pytest

from stillframe.contracts.trials import Measured, decoded, encoded


def test_what_is_written_is_read() -> None:
    for measured in (Measured(0.003, 7.2), Measured(0.0, 0.0, 'said "no"\nat once')):
        line = encoded(measured)
        assert "\n" not in line
        assert decoded(line) == measured


@pytest.mark.parametrize(
    "line",
    [
        "",
        "begun",
        "[]",
        '{"crossfade_s": 1}',
        '{"crossfade_s": 1, "frame_s": "2"}',
        '{"crossfade_s": 1, "frame_s": 2, "more": 3}',
        "\udcff",
    ],
)
def test_what_is_not_exactly_that_is_nothing(line: str) -> None:
    assert decoded(line) is None
