import pytest

from crew import unruly_spec
from stillframe.supervision.spec import Heartbeat, RestartBudget, WorkerSpec


def test_a_spec_of_nobody_or_of_several_and_a_standby_is_refused() -> None:
    with pytest.raises(ValueError, match="0 processes do no work"):
        unruly_spec(processes=0)
    with pytest.raises(ValueError, match="leave out standby"):
        unruly_spec(processes=2, standby=True)


def test_a_worker_beats_four_times_a_second_and_six_beats_may_be_missed() -> None:
    assert Heartbeat() == Heartbeat(interval_s=0.25, missed=6)
    assert unruly_spec().heartbeat == Heartbeat()


def test_five_deaths_a_minute_are_borne_by_every_kind_that_does_not_say_otherwise() -> None:
    budget = WorkerSpec.__dataclass_fields__["budget"].default
    assert budget == RestartBudget(
        restarts=5, window_s=60.0, backoff_first_s=0.1, backoff_cap_s=30.0
    )
