import pytest

from crew import unruly_spec


def test_a_spec_of_nobody_or_of_several_and_a_standby_is_refused() -> None:
    with pytest.raises(ValueError, match="0 processes do no work"):
        unruly_spec(processes=0)
    with pytest.raises(ValueError, match="leave out standby"):
        unruly_spec(processes=2, standby=True)
