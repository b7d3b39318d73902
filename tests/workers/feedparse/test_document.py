"""What a body is about, and what was found in it."""

import copy
import pickle

from stillframe.contracts.feeds import DropReason
from stillframe.workers.feedparse.document import Entry, Found, Picture, UnreadableError


def test_a_refusal_survives_pickling_and_copying() -> None:
    error = UnreadableError(DropReason.BAD_JSON, "at byte 5")
    for twin in (pickle.loads(pickle.dumps(error)), copy.copy(error)):  # noqa: S301 - our own
        assert (twin.reason, twin.detail) == (DropReason.BAD_JSON, "at byte 5")


def test_what_is_not_said_is_empty() -> None:
    assert Entry() == Entry((), "", "", "", "", "", None)
    assert (Picture("a").tier, Picture("a").width) == (0, None)
    assert Found() == Found(detail="said to people alone")
