"""A control server with a desk that keeps account, served on a thread of its own."""

import select
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from stillframe.contracts.remote import Intent
from stillframe.contracts.status import CacheStatus, Percentiles, PoolCounts, ShowStatus
from stillframe.remote.server import Server

NO_TIME = Percentiles(count=0, p50_ms=0.0, p99_ms=0.0, max_ms=0.0)
# How often the thread looks whether it should end.
TURN_S = 0.02


def show_status(photo: str = "dune.jpg") -> ShowStatus:
    """Return the status of a show at rest."""
    return ShowStatus(
        version="0.1",
        pid=42,
        uptime_s=61.0,
        photo=photo,
        paused=False,
        photos_shown=3,
        skipped={"truncated": 1},
        pools=PoolCounts(local=300, feed=4),
        shown=PoolCounts(local=6, feed=1),
        cache=CacheStatus(entries=2, used_bytes=1 << 20, cap_bytes=1 << 24),
        frame_interval=NO_TIME,
        notes=(),
        workers=(),
    )


class AccountingDesk:
    """Does nothing but remember what it was asked."""

    def __init__(self) -> None:
        self.acts: list[Intent] = []
        self.restarts: list[str] = []
        self.pardons = 0
        self.shown = show_status()

    def status(self) -> ShowStatus:
        """Return a status."""
        return self.shown

    def act(self, intent: Intent) -> None:
        """Remember it."""
        self.acts.append(intent)

    def restart(self, worker: str) -> None:
        """Know one worker."""
        if worker != "images":
            raise ValueError(f"no worker is called {worker!r}; there are ['images']")
        self.restarts.append(worker)

    def pardon(self) -> None:
        """Remember it."""
        self.pardons += 1


@contextmanager
def serving(folder: Path) -> Iterator[tuple[Server, AccountingDesk]]:
    """Yield a server that serves, and its desk."""
    desk, over = AccountingDesk(), threading.Event()
    server = Server(folder, desk)

    def serve() -> None:
        while not over.is_set():
            if select.select([server], [], [], TURN_S)[0]:
                server.serve()

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield server, desk
    finally:
        over.set()
        thread.join()
        server.close()
