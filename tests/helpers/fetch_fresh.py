"""A process that loads its code, fetches one address, and says which modules that loaded then.

Usage: python fetch_fresh.py URL AUTHORITY; prints the body's size and the names, one a line.
"""

import asyncio
import sys
import time

from stillframe.workers.feeds.addresses import Guard
from stillframe.workers.feeds.connection import load_code
from stillframe.workers.feeds.exchange import Surroundings
from stillframe.workers.feeds.fetch import Ask, Fetcher


def main(url: str, authority: str) -> None:
    """Fetch and tell."""
    fetcher = Fetcher(Surroundings("test/1", time.time, Guard(frozenset((authority,)))))
    load_code()
    before = set(sys.modules)
    ask = Ask(url=url, accept="*/*", cap_bytes=1000, total_s=10.0)
    answer = asyncio.run(fetcher.fetch(ask))
    print(len(answer.body), *sorted(sys.modules.keys() - before))  # noqa: T201 - for its parent


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
