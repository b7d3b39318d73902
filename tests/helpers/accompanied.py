"""A companion on the test's own thread, with real programs and a clock of the test's."""

import os
import random
import selectors
import time
from collections.abc import Callable, Mapping
from typing import Any, NoReturn

from crew import PATIENCE_S
from stillframe.supervision.companion import Accompaniment
from stillframe.supervision.events import Event, Logged
from stillframe.supervision.process import start_program
from stillframe.supervision.quarantine import Quarantine
from stillframe.supervision.spec import Companion
from stillframe.supervision.staff import Site

READ_BYTES = 1 << 16


class Accompanied:
    """One companion; its time is `now_ns`, which only a test moves."""

    def __init__(self, companion: Companion, environ: Mapping[str, str] = os.environ) -> None:
        self.now_ns = 10**15
        self.events: list[Event] = []
        self.selector = selectors.DefaultSelector()
        site = Site(
            rng=random.Random(3),
            spawn=_nobody,
            launch=lambda command, output: start_program(command, output, environ),
            selector=self.selector,
            emit=self.events.append,
            quarantine=Quarantine(),
            wall_s=time.time,
        )
        self.it = Accompaniment("unruly", companion, site)
        os.set_blocking(self.it.pipe, False)

    def said(self) -> list[str]:
        """What was logged."""
        return [event.record.event for event in self.events if isinstance(event, Logged)]

    def read(self) -> bytes:
        """Return what has come through the pipe."""
        try:
            return os.read(self.it.pipe, READ_BYTES)
        except BlockingIOError:
            return b""

    def read_some(self) -> bytes:
        """Wait for something to come through the pipe."""
        return self.until(self.read)

    def pid(self) -> int:
        """Return the program's process number."""
        program = self.it._program
        assert program is not None
        return program.pid

    def until(self, condition: Callable[[], Any]) -> Any:
        """Let things happen until something is so; what is due now is done."""
        deadline_s = time.monotonic() + PATIENCE_S
        while not (found := condition()):
            assert time.monotonic() < deadline_s, self.events
            self.it.tick(self.now_ns)
            if not self.selector.get_map():
                time.sleep(0.001)
                continue
            for key, _ in self.selector.select(0.01):
                key.data(self.now_ns)
        return found

    def until_gone(self) -> None:
        """Wait for the program's end, without starting another."""
        deadline_s = time.monotonic() + PATIENCE_S
        while not self.it.gone:
            assert time.monotonic() < deadline_s
            for key, _ in self.selector.select(0.01):
                key.data(self.now_ns)

    def close(self) -> None:
        """End everything."""
        self.it.stop()
        self.until_gone()
        self.it.close()
        self.selector.close()


def _nobody(spec: object, lent: object) -> NoReturn:
    raise AssertionError((spec, lent))
