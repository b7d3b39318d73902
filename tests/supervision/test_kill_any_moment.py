"""`kill -9` at moments that nobody has chosen: of a worker that decodes, and of the interface."""

import contextlib
import itertools
import os
import random
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from PIL import ImageOps

from company import Company, spec_of
from crew import environment, is_alive
from long_work import large_photo
from photos import picture, saved
from stillframe.contracts.images import SlotGrant
from stillframe.contracts.pixels import Size
from stillframe.supervision.events import Completed, Release, WorkerState
from stillframe.supervision.spec import Limits
from stillframe.transport.arena import ArenaShape, Lease
from worker_kinds import IMAGES
from worker_requests import decode

FRAME = Size(300, 200)
SHAPE = ArenaShape(4, 256 * 1024)
KILLS = 20
LEASES_HELD = 2
# A decode takes some 30 ms; a restart a tenth of a second. A kill hits either, or what is between.
LONGEST_PAUSE_S = 0.1
# The promise: so long after the interface has died, nothing of it is left.
LEFT_FOR_S = 1.0
# Where named shared memory would be; the product names none.
SHARED_MEMORY = Path("/dev", "shm")


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Return photos that cannot be taken for each other."""
    folder = tmp_path_factory.mktemp("photos")
    views = [
        picture("coffee.png").rotate(90 * turns, expand=True).resize((1800, 1200))
        for turns in range(4)
    ]
    views += [ImageOps.invert(view) for view in views]
    return [
        saved(view, folder / f"{n}.png", "png", compress_level=1) for n, view in enumerate(views)
    ]


@dataclass
class Frames:
    """Leases that are held for a while, and what their frames must look like."""

    company: Company
    expected: dict[bytes, bytes] = field(default_factory=dict)
    held: list[tuple[Lease, bytes]] = field(default_factory=list)
    generations: dict[int, int] = field(default_factory=dict)

    def take(self, outcome: object) -> None:
        """See that a frame is its own photo's, and newer than any in that slot before."""
        assert isinstance(outcome, Completed), outcome
        assert outcome.lease is not None
        grant, path = outcome.lease.grant, outcome.request.path  # type: ignore[attr-defined]
        earlier = self.generations.get(grant.index, 0)
        assert grant.generation > earlier
        # A release of a grant that is over must not free a slot that is leased again.
        self.company.supervisor.post(
            Release("images", SlotGrant(index=grant.index, generation=earlier))
        )
        self.generations[grant.index] = grant.generation
        self.held.append(
            (outcome.lease, self.expected.setdefault(path, bytes(outcome.lease.pixels)))
        )
        if len(self.held) > LEASES_HELD:
            self.give_back()

    def give_back(self) -> None:
        """See that nobody has written into a leased frame, and end the lease."""
        lease, expected = self.held.pop(0)
        assert lease.pixels == expected
        lease.pixels.release()
        self.company.supervisor.post(Release("images", lease.grant))


@pytest.mark.parametrize(
    ("processes", "standby"), [(1, False), (1, True), (2, False)], ids=["alone", "standby", "two"]
)
def test_a_worker_killed_at_any_moment_costs_no_request_no_frame_and_no_slot(
    photos: list[Path], *, processes: int, standby: bool
) -> None:
    rng = random.Random(20)
    spec = spec_of(
        IMAGES,
        arena=SHAPE,
        processes=processes,
        standby=standby,
        limits=Limits(niceness=0, backlog=100, attempts=10_000),  # so each must be completed
    )
    with Company.at_work(spec, keep_leases=True) as company:
        frames = Frames(company)
        for photo in photos:
            frames.take(company.outcome(company.order(decode(photo, FRAME))))
        waiting: list[int] = []
        killed: set[int] = set()
        while len(killed) < KILLS:
            waiting += [company.order(decode(rng.choice(photos), FRAME)) for _ in range(3)]
            time.sleep(rng.uniform(0, LONGEST_PAUSE_S))  # nothing is awaited: any moment will do
            company.drain()
            pids = [child.pid for child in company.children("images")]
            pid = rng.choice(pids) if pids else 0
            if pid and is_alive(pid):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
                    killed.add(pid)
            while waiting and company.outcomes(waiting[0]):
                frames.take(company.outcome(waiting.pop(0)))
        for seq in waiting:
            frames.take(company.outcome(seq))
        while frames.held:
            frames.give_back()

        company.check_everything_ended_once()
        company.until_slots_are_free("images")
        status = company.status("images")
        assert status.completed == len(company.asked)
        assert (status.refused, status.dropped) == ({}, {})
        assert status.causes == {"signal 9": status.restarts}
        assert status.restarts >= KILLS
        assert bool(company.changes(WorkerState.BACKOFF)) or standby or processes > 1


# The interface.


def descriptors(pid: int) -> Iterator[tuple[str, tuple[int, int]]]:
    """Yield what a process has open: where a descriptor leads, and which thing that is."""
    folder = f"/proc/{pid}/fd"
    with contextlib.suppress(OSError):  # it ends meanwhile, or is not ours to look at
        for name in os.listdir(folder):
            with contextlib.suppress(OSError):
                status = os.stat(f"{folder}/{name}")
                yield os.readlink(f"{folder}/{name}"), (status.st_dev, status.st_ino)


def shared_things(pids: list[int]) -> set[tuple[int, int]]:
    """Return the memory, sockets and pipes that processes have open, and we have not."""
    ours = {thing for _, thing in descriptors(os.getpid())}
    return {
        thing
        for pid in pids
        for target, thing in descriptors(pid)
        if target.startswith(("/memfd:", "socket:", "pipe:")) and thing not in ours
    }


def open_somewhere(things: set[tuple[int, int]]) -> list[str]:
    """Return which of some things are open in any process."""
    pids = map(int, filter(str.isdecimal, os.listdir("/proc")))
    return [
        f"{pid}: {target}" for pid in pids for target, thing in descriptors(pid) if thing in things
    ]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_nothing_is_left_of_an_interface_that_is_killed_while_it_has_photos_decoded(
    tmp_path: Path, seed: int
) -> None:
    named = set(SHARED_MEMORY.glob("*stillframe*"))  # of others: a bench at work, or one killed
    photo = large_photo(tmp_path)
    places = {name: tmp_path / name for name in ("TMPDIR", "HOME", "XDG_RUNTIME_DIR", "cwd")}
    for place in places.values():
        place.mkdir()
    environ = {**environment(), **{name: str(place) for name, place in places.items()}}
    command = [sys.executable, "-m", "decoding_parent", str(photo)]
    pipe = subprocess.PIPE
    with subprocess.Popen(
        command, env=environ, cwd=places["cwd"], stdin=pipe, stdout=pipe
    ) as parent:
        assert parent.stdout is not None
        workers = [int(pid) for pid in parent.stdout.readline().split()]
        pidfds = [os.pidfd_open(pid) for pid in workers]
        assert len(pidfds) == 2
        things = shared_things([parent.pid, *workers])
        targets = [target for target, thing in descriptors(parent.pid) if thing in things]
        kinds = {target.partition(":")[0] for target in targets}
        assert {"/memfd", "socket", "pipe"} <= kinds, "there is something to be left"
        time.sleep(random.Random(seed).uniform(0, 0.5))  # any moment of a decode
        assert select.select(pidfds, [], [], 0)[0] == []
        os.kill(parent.pid, signal.SIGKILL)
        deadline = time.monotonic() + LEFT_FOR_S
    for pidfd in pidfds:
        assert select.select([pidfd], [], [], max(0, deadline - time.monotonic()))[0]
        os.close(pidfd)
    assert open_somewhere(things) == []
    left = itertools.chain.from_iterable(place.rglob("*") for place in places.values())
    assert list(left) == []
    assert set(SHARED_MEMORY.glob("*stillframe*")) <= named
