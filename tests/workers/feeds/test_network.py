"""Nobody is blamed for what nobody could reach."""

from stillframe.workers.feeds.network import Network


def test_a_feed_is_charged_when_others_were_reached() -> None:
    network: Network[str] = Network()
    network.unreached("a", "a failed")
    assert network.reached() == ("a failed",)
    network.unreached("b", "b failed")
    assert network.settle(0.0) == ("b failed",)
    assert network.online


def test_when_no_host_can_be_reached_nobody_is_charged() -> None:
    network: Network[str] = Network()
    network.unreached("a", "a failed")
    network.unreached("b", "b failed")
    assert network.settle(100.0) == ()
    assert not network.online
    assert network.settle(100.0) == ()


def test_the_only_host_that_was_tried_is_charged_once() -> None:
    network: Network[str] = Network()
    network.unreached("a", "one")
    network.unreached("a", "two")
    assert network.settle(100.0) == ("one", "two")
    assert not network.online
    network.unreached("a", "probe")
    assert network.settle(200.0) == ()


def test_probes_come_less_and_less_often_until_one_is_answered() -> None:
    network: Network[str] = Network()
    now_s, waits_s = 1000.0, []
    for _ in range(8):
        for host in "ab":
            network.unreached(host, "failed")
        network.settle(now_s)
        assert not network.may_probe(now_s + 1)
        waits_s.append(network.probe_due_s - now_s)
        now_s = network.probe_due_s
        assert network.may_probe(now_s)
    assert waits_s == [15, 30, 60, 120, 240, 300, 300, 300]
    assert network.reached() == ()
    assert network.online
    for host in "ab":
        network.unreached(host, "failed")
    network.settle(now_s)  # what was reached before belongs to another time
    network.settle(now_s)
    for host in "ab":
        network.unreached(host, "failed")
    network.settle(now_s)
    assert network.probe_due_s - now_s == 15


def test_a_clock_that_was_moved_back_lets_a_probe_through() -> None:
    network: Network[str] = Network()
    network.unreached("a", "x")
    network.settle(1_000_000.0)
    assert network.may_probe(5.0)
