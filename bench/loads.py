"""What decodes photos beside a measured show, and never rests.

Role: a supervised worker of the product, or threads in the interface's own process. Counterpart:
`bench.show_child` plays beside one of them.

Guarantees: a load runs from before the block until after it, and is gone afterwards.
"""

import collections
import contextlib
import os
import random
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final, Self

from bench.clocks import process_cpu_s
from stillframe.contracts.images import ImageRequest, Profile, RatioPolicy
from stillframe.contracts.pixels import Size
from stillframe.settings import Settings
from stillframe.show.memory import plan_arena
from stillframe.show.specs import Places, worker_specs
from stillframe.supervision import events
from stillframe.supervision.supervisor import Supervisor

# What the load decodes for: a common screen.
_TARGET: Final = Size(1920, 1080)
_STOP_TIMEOUT_S: Final = 5.0
_ANSWER_TTL_NS: Final = 3600 * 1_000_000_000

LoadNow = Callable[[], tuple[int, float]]
"""Says how many photos the load has decoded so far, and its CPU time in seconds."""


@contextlib.contextmanager
def loaded(load: str, heavy: Sequence[str], settings: Settings) -> Iterator[LoadNow]:
    """Decode photos meanwhile: `load` is `worker`, `threads` or `none`."""
    if load == "worker":
        with WorkerLoad(heavy, settings) as worker:
            yield worker.now
    elif load == "threads":
        with thread_load(heavy) as now:
            yield now
    else:
        yield lambda: (0, 0.0)


class WorkerLoad:
    """A real supervised image worker that always has the next photo waiting."""

    def __init__(self, heavy: Sequence[str], settings: Settings) -> None:
        self._paths = collections.deque(os.fsencode(path) for path in heavy)
        arena = plan_arena(
            budget_bytes=settings.images.arena_bytes,
            ram_bytes=settings.images.arena_bytes * 8,
            screen=_TARGET,
            look_ahead=1,
        )
        self._decoded, self._pid = 0, 0
        self._failure = ""
        self._supervisor = Supervisor(
            worker_specs(
                settings,
                arena,
                Places(
                    roots=tuple({os.path.dirname(path) for path in self._paths}),
                    scenes=os.fsencode(tempfile.gettempdir()),
                    index=os.fsencode(tempfile.gettempdir()),
                ),
            )[:1],
            notify=self._on_event,
            rng=random.Random(1),
            environ=os.environ,
        )

    def __enter__(self) -> Self:
        self._supervisor.start()
        for _ in range(2):  # one in its hands and one waiting
            self._submit()
        return self

    def __exit__(self, *_: object) -> None:
        self._supervisor.stop()
        self._supervisor.join(_STOP_TIMEOUT_S)
        if self._failure:
            raise RuntimeError(self._failure)

    def now(self) -> tuple[int, float]:
        """Return the count and the worker's CPU time."""
        return self._decoded, process_cpu_s(self._pid)

    def _on_event(self) -> None:
        """Take what there is, on the supervisor's own thread: it is two appends and no work."""
        while (event := self._supervisor.take()) is not None:
            match event:
                case events.Completed(lease=lease) if lease is not None:
                    self._decoded += 1
                    self._supervisor.post(events.Release("images", lease.grant))
                    self._submit()
                case events.Refused(reason=reason, detail=detail):
                    self._failure = f"the load's worker refused: {reason}: {detail}"
                case events.WorkerChanged(pid=pid) if pid:
                    self._pid = pid

    def _submit(self) -> None:
        self._paths.rotate(-1)
        seq, now_ns = self._supervisor.next_seq(), time.monotonic_ns()
        key = b"%d" % seq
        request = ImageRequest(
            seq=seq,
            correlation_id=0,
            worker="images",
            ts_req_ns=now_ns,
            deadline_ns=now_ns + _ANSWER_TTL_NS,
            path=self._paths[0],
            target_size=_TARGET,
            profile=Profile(),
            cache_key=key,
            ratio_policy=RatioPolicy(),
        )
        self._supervisor.post(events.Submit(request, key))


@contextlib.contextmanager
def thread_load(heavy: Sequence[str]) -> Iterator[LoadNow]:
    """Decode in threads of this process, one a core, as a pool does by default."""
    from PIL import Image, ImageOps  # noqa: PLC0415 - it may not be installed

    going, decoded = [True], [0]
    threads = os.cpu_count() or 1
    cpu_s = [0.0] * threads

    def decode_on(start: int) -> None:
        number = start
        while going:
            with Image.open(heavy[number % len(heavy)]) as photo:
                size = (_TARGET.width, _TARGET.height)
                ImageOps.fit(photo, size, Image.Resampling.LANCZOS).convert("RGBA")
            decoded[0] += 1
            cpu_s[start] = time.thread_time()
            number += 1

    with ThreadPoolExecutor(threads) as pool:
        running: list[Future[None]] = [pool.submit(decode_on, n) for n in range(threads)]
        try:
            yield lambda: (decoded[0], sum(cpu_s))
        finally:
            going.clear()
            for future in running:
                future.result()
