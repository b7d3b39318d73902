"""Nobody is asked too often, too much, or while he wants peace."""

import pytest

from stillframe.workers.feeds.hosts import Errand, Hosts
from stillframe.workers.feeds.problem import FetchError


def test_a_host_that_was_never_asked_is_asked_at_once() -> None:
    assert Hosts().wait_s("a", Errand.FEED, 100.0) == 0


def test_one_feed_and_two_images_at_a_time_from_a_host() -> None:
    hosts = Hosts()
    hosts.begin("a", Errand.FEED, 0.0)
    assert hosts.wait_s("a", Errand.FEED, 10.0) is None
    assert hosts.wait_s("a", Errand.IMAGE, 10.0) == 0
    hosts.begin("a", Errand.IMAGE, 10.0)
    hosts.begin("a", Errand.IMAGE, 20.0)
    assert hosts.wait_s("a", Errand.IMAGE, 30.0) is None
    hosts.end("a", Errand.IMAGE)
    assert hosts.wait_s("a", Errand.IMAGE, 30.0) == 0


def test_four_requests_in_all() -> None:
    hosts = Hosts()
    for name in "abcd":
        assert hosts.wait_s(name, Errand.FEED, 0.0) == 0
        hosts.begin(name, Errand.FEED, 0.0)
    assert hosts.under_way == 4
    assert hosts.wait_s("e", Errand.FEED, 50.0) is None
    hosts.end("b", Errand.FEED)
    assert hosts.wait_s("e", Errand.FEED, 50.0) == 0


def test_a_second_lies_between_two_requests_to_a_host() -> None:
    hosts = Hosts()
    hosts.begin("a", Errand.FEED, 100.0)
    hosts.end("a", Errand.FEED)
    assert hosts.wait_s("a", Errand.FEED, 100.25) == 0.75
    assert hosts.wait_s("b", Errand.FEED, 100.25) == 0
    assert hosts.wait_s("a", Errand.FEED, 101.0) == 0


def test_a_host_that_wants_peace_has_it_until_its_time() -> None:
    hosts = Hosts()
    hosts.hold("a", 500.0)
    hosts.hold("a", 400.0)
    assert hosts.wait_s("a", Errand.IMAGE, 100.0) == 400.0
    assert hosts.held(100.0) == {"a": 500.0}
    assert hosts.wait_s("a", Errand.IMAGE, 500.0) == 0
    assert hosts.held(500.0) == {}


def test_a_redirect_to_a_host_that_wants_peace_is_refused() -> None:
    hosts = Hosts()
    hosts.refuse_held("a", 100.0)
    hosts.hold("a", 500.0)
    with pytest.raises(FetchError) as caught:
        hosts.refuse_held("a", 100.0)
    assert caught.value.retry_after_s == 400.0
    hosts.refuse_held("a", 500.0)


def test_a_clock_that_was_moved_back_is_no_reason_to_wait() -> None:
    hosts = Hosts()
    hosts.begin("a", Errand.FEED, 1000.0)
    hosts.end("a", Errand.FEED)
    assert hosts.wait_s("a", Errand.FEED, 10.0) == 0
