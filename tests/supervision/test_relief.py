"""When a second worker is kept warm."""

import random

from stillframe.supervision.relief import Relief
from stillframe.supervision.spec import RestartBudget

S = 1_000_000_000
BUDGET = RestartBudget(restarts=2, window_s=60, backoff_first_s=1, backoff_cap_s=4)


def relief(*, wanted: bool = True) -> Relief:
    return Relief(BUDGET, random.Random(3), wanted=wanted)


def test_one_is_due_at_once_in_a_pool_that_rests_and_some_seconds_later_in_one_that_does_not() -> (
    None
):
    standby = relief()
    assert standby.next_ns(idle=True) is None
    standby.want(100 * S)
    assert standby.next_ns(idle=True) == 100 * S
    assert standby.next_ns(idle=False) == 105 * S
    standby.forget()
    assert standby.next_ns(idle=True) is None


def test_a_spec_that_wants_none_gets_none() -> None:
    standby = relief(wanted=False)
    standby.want(0)
    assert standby.next_ns(idle=True) is None


def test_one_that_dies_is_started_again_after_a_wait_until_its_budget_is_spent() -> None:
    standby = relief()
    waits = []
    for now_s in (1, 2):
        assert standby.died(now_s * S)
        due_ns = standby.next_ns(idle=True)
        assert due_ns is not None
        waits.append(due_ns - now_s * S)
    assert all(0 <= wait_ns <= longest * S for wait_ns, longest in zip(waits, (1, 2), strict=True))
    assert not standby.died(3 * S)
    assert standby.next_ns(idle=True) is None


def test_rearming_forgets_earlier_deaths() -> None:
    standby = relief()
    assert [standby.died(n * S) for n in (1, 2, 3)] == [True, True, False]
    standby.rearm()
    assert standby.died(4 * S)
