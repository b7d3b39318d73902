"""A refusal says why, in the report's word and in a person's."""

import pickle

from stillframe.contracts.feeds import DropReason
from stillframe.workers.feeds.problem import FetchError


def test_a_refusal_carries_what_the_server_asked_for() -> None:
    error = FetchError(DropReason.HTTP_ERROR, "a.example answered 429", 60.0, 429, "a.example")
    assert str(error) == "http-error: a.example answered 429"
    assert (error.retry_after_s, error.status, error.host) == (60.0, 429, "a.example")


def test_a_refusal_survives_a_copy() -> None:
    error = FetchError(DropReason.GONE, "it is gone", status=410)
    again = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own
    assert (again.reason, again.status, str(again)) == (DropReason.GONE, 410, "gone: it is gone")
