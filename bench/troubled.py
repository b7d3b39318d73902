"""A worker of the product in trouble: it is late, dies, hangs or talks without end.

Role: the real worker, in its real sandbox, with one thing wrong. Counterpart: `bench.show_child`
starts it in the place of the real one; the order is in the environment, for a worker's command line
is the supervisor's.

Guarantees: each process of a kind without which there is nothing to show does its first requests
well; the others are in trouble from the first on. Each time that one is in trouble is counted, a
byte in a file that all processes of the kind share.
"""

import enum
import importlib
import os
import random
import time
from collections.abc import Callable
from types import MappingProxyType
from typing import Any, Final

import msgspec

from stillframe.contracts.control import LogLevel, LogRecord
from stillframe.workers import loop
from stillframe.workers.handler import Handler

VARIABLE: Final = "STILLFRAME_BENCH_TROUBLE"
TALLY: Final = "STILLFRAME_BENCH_TALLY"
HANDLERS: Final = MappingProxyType(
    {
        "images": "ImageHandler",
        "library": "LibraryHandler",
        "transitions": "TransitionsHandler",
        "audio": "AudioHandler",
        "feeds": "FeedsHandler",
        "feedparse": "FeedParseHandler",
        "scenes": "ScenesHandler",
        "shaders": "ShadersHandler",
    }
)
# Photos to show, the folder that they are in, or scenes where there are none.
_GRACE_REQUESTS: Final = MappingProxyType({"images": 2, "library": 2, "scenes": 3})
# A worker that lives by itself has no requests to count.
_GRACE_S: Final = 1.0
_RANDOM_MOST_S: Final = 2.0
_BURST: Final = 100
_SEED: Final = 8


class Fault(enum.StrEnum):
    """What is wrong."""

    SLOW = "slow"
    RANDOM = "random"
    DEAD = "dead"
    HUNG = "hung"
    FLOODING = "flooding"


class Trouble(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of worker, and what is wrong with it; `delay_s` is for `slow`."""

    kind: str
    fault: Fault
    delay_s: float = 0.0

    @property
    def name(self) -> str:
        """How the scenario is called."""
        late = f"-{self.delay_s:g}" if self.fault is Fault.SLOW else ""
        return f"{self.kind}-{self.fault.value}{late}"


class Suffering:
    """What goes wrong, each time that it does."""

    def __init__(
        self,
        trouble: Trouble,
        end: Callable[[int], object] = os._exit,
        count: Callable[[], object] = lambda: None,
    ) -> None:
        """Begin; `end` ends the process, `count` is called each time that it suffers."""
        self.trouble, self._end, self.count = trouble, end, count
        self._grace = _GRACE_REQUESTS.get(trouble.kind, 0)
        self._rng = random.Random(_SEED)
        self._requests, self._begun_s = 0, time.monotonic()

    def with_request(self) -> None:
        """Suffer, if it is not one of the first."""
        self._requests += 1
        if self._requests > self._grace:
            self._suffer()

    def by_itself(self) -> None:
        """Suffer, if the process is no longer young."""
        if time.monotonic() - self._begun_s > _GRACE_S:
            self._suffer()

    def _suffer(self) -> None:
        if self.trouble.fault is not Fault.FLOODING:
            self.count()
        match self.trouble.fault:
            case Fault.SLOW:
                time.sleep(self.trouble.delay_s)
            case Fault.RANDOM:
                time.sleep(self._rng.uniform(0, _RANDOM_MOST_S))
            case Fault.DEAD:
                self._end(1)
            case Fault.HUNG:
                time.sleep(1 << 20)


def in_trouble(base: type[Handler[Any, Any]], suffering: Suffering) -> type[Handler[Any, Any]]:
    """Return a kind of worker that is `base`, but for the trouble."""
    lives = base.live is not Handler.live

    class Troubled(base):  # type: ignore[misc, valid-type]
        """The worker."""

        def handle(self, request: Any) -> Any:  # noqa: ANN401 - whatever the base takes
            suffering.with_request()
            return super().handle(request)

        def live(self, wake: int, timeout_s: float) -> bool:
            if suffering.trouble.fault is Fault.FLOODING:
                suffering.count()
                for number in range(_BURST):
                    self.say(LogRecord(level=LogLevel.WARNING, event=f"flood {number}"))
                super().live(wake, 0.0)
                return True
            if lives:
                suffering.by_itself()
            return bool(super().live(wake, timeout_s))

    return Troubled


def main() -> int:
    """Work."""
    trouble = msgspec.json.decode(os.environ[VARIABLE], type=Trouble)
    module = importlib.import_module(f"stillframe.workers.{trouble.kind}.io")
    handler = getattr(module, HANDLERS[trouble.kind])
    # Before the sandbox: nothing can be opened there.
    tally = os.open(os.environ[TALLY], os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
    suffering = Suffering(trouble, count=lambda: os.write(tally, b"."))
    return loop.main(in_trouble(handler, suffering))


if __name__ == "__main__":
    raise SystemExit(main())
