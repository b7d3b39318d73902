"""A worker of your own: finds the next prime number.

Role: everything that a new kind of worker is - its request, its answer, its handler. Counterpart:
`use_it.py` starts it, as `python -m prime_worker`, and asks.
"""

import math
import time
from typing import Annotated, ClassVar

import msgspec

from stillframe.contracts.messages import Request, Response, echo
from stillframe.contracts.wire import Protocol
from stillframe.workers import loop
from stillframe.workers.handler import Handler


class PrimeRequest(Request, frozen=True, kw_only=True, tag="primes.request"):
    """Find the first prime above a number."""

    above: Annotated[int, msgspec.Meta(ge=0, le=10**15)]


class PrimeResult(Response, frozen=True, kw_only=True, tag="primes.result"):
    """The prime."""

    prime: int


PRIMES = Protocol(PrimeRequest, PrimeResult)


class PrimeHandler(Handler[PrimeRequest, PrimeResult]):
    """Finds one prime after another."""

    name: ClassVar[str] = "primes"
    protocol: ClassVar[Protocol] = PRIMES

    def handle(self, request: PrimeRequest) -> PrimeResult:
        """Work as long as it takes: nobody waits for this process but the one who asked."""
        prime = next_prime(request.above)
        return PrimeResult(**echo(request, time.monotonic_ns()), prime=prime)


def next_prime(above: int) -> int:
    """Return the first prime above a number, by trial division."""
    number = max(above + 1, 2)
    while any(number % divisor == 0 for divisor in range(2, math.isqrt(number) + 1)):
        number += 1
    return number


if __name__ == "__main__":
    raise SystemExit(loop.main(PrimeHandler))
