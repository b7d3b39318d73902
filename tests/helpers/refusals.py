"""What a parser says of what it does not take."""

from collections.abc import Callable

import pytest


def refused_in_one_sentence(decode: Callable[[bytes], object], data: bytes) -> None:
    """See that it is refused, with words, and not too many for a line of the log."""
    with pytest.raises(ValueError, match=r"\w") as refusal:
        decode(data)
    assert len(str(refusal.value)) < 300
