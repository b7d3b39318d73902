from stillframe.supervision.times import ns, seconds


def test_seconds_and_nanoseconds_are_the_same_time() -> None:
    assert ns(1.5) == 1_500_000_000
    assert ns(0.1) == 100_000_000
    assert seconds(250_000_000) == 0.25
