"""A process that fetches one address and says by how much it grew: for tests that bound memory.

Usage: python fetch_growth.py URL AUTHORITY CAP_BYTES; prints the reason, or "whole", the growth in
bytes from before the first connection to the peak, and how long the fetch took.
"""

import asyncio
import sys
import time

from stillframe.workers.feeds.addresses import Guard
from stillframe.workers.feeds.exchange import Surroundings
from stillframe.workers.feeds.fetch import Ask, Fetcher
from stillframe.workers.feeds.problem import FetchError


def memory_bytes(field: str) -> int:
    """Return one of the kernel's counts of this process's memory."""
    with open("/proc/self/status", encoding="ascii") as status:
        found = next(line for line in status if line.startswith(field + ":"))
    return int(found.split()[1]) * 1024


def main(url: str, authority: str, cap_bytes: int) -> None:
    """Fetch and tell."""
    fetcher = Fetcher(Surroundings("test/1", time.time, Guard(frozenset((authority,)))))
    ask = Ask(url=url, accept="*/*", cap_bytes=cap_bytes, total_s=30.0)
    before_bytes, began_s = memory_bytes("VmRSS"), time.monotonic()
    try:
        asyncio.run(fetcher.fetch(ask))
        outcome = "whole"
    except FetchError as error:
        outcome = error.reason.value
    took_ms = round((time.monotonic() - began_s) * 1000)
    print(outcome, memory_bytes("VmHWM") - before_bytes, took_ms)  # noqa: T201 - for its parent


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
