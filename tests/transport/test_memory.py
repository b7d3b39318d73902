"""The in-process channel is only as good as the suite it shares; here is what is its own."""

from channel_pairs import in_memory_pair


def test_it_has_no_descriptor() -> None:
    with in_memory_pair() as pair:
        assert pair.ours.fileno() == -1


def test_waiting_never_sleeps() -> None:
    with in_memory_pair() as pair:
        assert not pair.ours.wait(None)
