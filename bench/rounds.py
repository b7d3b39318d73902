"""How long a bench goes on.

Role: the two flags that every bench has, and the rounds that they allow. Counterpart: each bench
gives every contender its turn in each round.

Guarantees: there is at least one round; a quick run begins none that could end after its time.
"""

import argparse
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Self, TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Pace:
    """What the command line asks for.

    Attributes:
        full: as many rounds as the bench has, whatever they take.
        quick_s: how long a quick run may take, from `began_s`.
    """

    full: bool
    quick_s: float
    began_s: float

    def from_now(self) -> Self:
        """Return the same, with the clock started anew: what was done so far does not count."""
        return replace(self, began_s=time.monotonic())

    def rounds(self, full_rounds: int) -> Iterator[int]:
        """Yield the number of each round, for as long as there is time for one more."""
        longest_s = 0.0
        for number in range(full_rounds):
            round_began_s = time.monotonic()
            if number and not self.allows(round_began_s + longest_s):
                return
            yield number
            longest_s = max(longest_s, time.monotonic() - round_began_s)

    def span_s(self, least_s: float, quick_s: float, full_s: float) -> float:
        """Return how long a show is: a quick run cuts it to what there is, or to the least."""
        return full_s if self.full else min(quick_s, max(least_s, self.quick_s))

    def allows(self, end_s: float) -> bool:
        """Say whether something may be begun that ends then, as `time.monotonic` counts."""
        return self.full or end_s - self.began_s <= self.quick_s


def turned(contenders: Iterable[T], number: int) -> list[T]:
    """Return the contenders with another one first in each round: none always follows the same."""
    order = list(contenders)
    first = number % len(order)
    return order[first:] + order[:first]


def parse(bench: str, about: str | None, arguments: list[str], *, quick_s: float) -> Pace:
    """Read a bench's command line; the clock of a quick run starts here."""
    parser = argparse.ArgumentParser(
        prog=f"python -m bench.{bench}",
        description=about,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--full", action="store_true", help="take the time that it takes")
    parser.add_argument(
        "--seconds", type=float, default=quick_s, help="of a quick run (%(default)s)"
    )
    given = parser.parse_args(arguments)
    return Pace(given.full, given.seconds, time.monotonic())
