"""Ours and the peers of `bench.image`, each behind the same two methods.

Role: turns photos into pixels that the calling process can read, in four ways. Counterpart:
`bench.image` gives each the same batches in turns.

Guarantees: the CPU time of a batch is that of every process that worked on it, the calling one
included; a result of another size than the one asked for is an error, not a fast result.
"""

import importlib.util
import multiprocessing
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path
from typing import Final, Protocol, Self
from unittest import mock

import pyvips

from bench.clocks import process_cpu_s
from bench.supervised import ANSWER_S, Supervised
from stillframe.contracts.images import ImageRequest, Profile, RatioPolicy
from stillframe.contracts.pixels import Size
from stillframe.contracts.slot_header import PIXELS_OFFSET_BYTES
from stillframe.settings import load
from stillframe.show.specs import Places, worker_specs
from stillframe.transport.arena import ArenaShape, Lease

_NS_PER_S: Final = 1_000_000_000
_RGBA_BYTES: Final = 4
_RGB_BYTES: Final = 3
"""What `vipsthumbnail` writes has no alpha; making some is left out, in its favour."""


class Decoder(Protocol):
    """One way to get from files to pixels."""

    def decode(self, paths: Sequence[Path], target: Size) -> None:
        """Decode a batch; every frame covers the target and has its size.

        Raises:
            RuntimeError: if one cannot be decoded, or has another size.
        """

    def cpu_s(self) -> float:
        """Return the CPU time that all processes of this way have taken so far."""


def _check(name: str, actual: object, expected: object) -> None:
    if actual != expected:
        raise RuntimeError(f"{name} made {actual}, not {expected}")


class SupervisedWorker:
    """Ours: the real image worker, supervised, with leases of shared memory."""

    def __init__(self, largest: Size, slots: int) -> None:
        pages = -(-largest.pixels * _RGBA_BYTES // PIXELS_OFFSET_BYTES) + 1
        arena = ArenaShape(slots, pages * PIXELS_OFFSET_BYTES)
        settings = load(file_text=None, file_name="", environ={}, flags={})
        beside = os.fsencode(tempfile.gettempdir())
        made = worker_specs(settings, arena, Places(roots=(b"/",), scenes=beside, index=beside))
        specs = [spec for spec in made if spec.name == "images"]
        self._crew = Supervised(specs)

    def __enter__(self) -> Self:
        self._crew.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self._crew.__exit__()

    def decode(self, paths: Sequence[Path], target: Size) -> None:
        """Submit all, then take each lease, look at it and give it back."""
        for path in paths:
            self._submit(path, target)
        for _ in paths:
            lease = self._next_lease()
            shown = Size(lease.header.width, lease.header.height)
            _check("the image worker", shown, target)
            _check("the image worker", len(lease.pixels), target.pixels * _RGBA_BYTES)
            self._crew.release("images", lease)

    def pixels(self, path: Path, target: Size) -> bytes:
        """Return one frame: RGBA."""
        self._submit(path, target)
        lease = self._next_lease()
        with lease.pixels as frame:
            data = bytes(frame)
        self._crew.release("images", lease)
        return data

    def pids(self) -> list[int]:
        """Return the worker's process."""
        return [self._crew.pid]

    def cpu_s(self) -> float:
        """Return the worker's time and that of this process, supervisor thread included."""
        return process_cpu_s(self._crew.pid) + time.process_time()

    def _submit(self, path: Path, target: Size) -> None:
        seq, now_ns = self._crew.next_seq(), time.monotonic_ns()
        request = ImageRequest(
            seq=seq,
            correlation_id=0,
            worker="images",
            ts_req_ns=now_ns,
            deadline_ns=now_ns + round(ANSWER_S * _NS_PER_S),
            path=os.fsencode(path),
            target_size=target,
            profile=Profile(),
            cache_key=b"%d" % seq,
            ratio_policy=RatioPolicy(),
        )
        self._crew.submit(request)

    def _next_lease(self) -> Lease:
        lease = self._crew.completed().lease
        if lease is None:
            raise RuntimeError("the image worker answered without a frame")
        return lease


class Vipsthumbnail:
    """The system's `vipsthumbnail`, one process a photo, writing raw pixels to memory."""

    def __init__(self) -> None:
        # Shared memory where there is some: no disk is timed.
        memory = Path("/dev/shm")  # noqa: S108 - a private folder is made in it
        self._folder = tempfile.TemporaryDirectory(
            prefix="stillframe-bench-", dir=memory if memory.is_dir() else None
        )
        self._cpu_s = 0.0

    @staticmethod
    def missing() -> str:
        """Say why it cannot take part; empty if it can."""
        return "" if shutil.which("vipsthumbnail") else "vipsthumbnail is not installed"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._folder.cleanup()

    def decode(self, paths: Sequence[Path], target: Size) -> None:
        """Run it on each photo, crop around the centre, look at the file's size."""
        out = Path(self._folder.name) / "frame.raw"
        size = f"{target.width}x{target.height}"
        for path in paths:
            self._run(path, size, out)
            _check("vipsthumbnail", out.stat().st_size, target.pixels * _RGB_BYTES)
            out.unlink()

    def pixels(self, path: Path, target: Size) -> bytes:
        """Return one frame: RGB."""
        out = Path(self._folder.name) / "frame.raw"
        self._run(path, f"{target.width}x{target.height}", out)
        return out.read_bytes()

    def _run(self, path: Path, size: str, out: Path) -> None:
        command = ["vipsthumbnail", str(path), "--size", size, "--smartcrop", "centre"]
        child = subprocess.Popen([*command, "-o", str(out)])
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        _check("vipsthumbnail", f"exit {child.returncode}", "exit 0")
        self._cpu_s += usage.ru_utime + usage.ru_stime

    def cpu_s(self) -> float:
        """Return the time of the processes that have ended, and of this one that started them."""
        return self._cpu_s + time.process_time()


class PillowThreads:
    """Threads of the interface's own process, one a core, with Pillow."""

    @staticmethod
    def missing() -> str:
        """Say why it cannot take part; empty if it can."""
        return "" if importlib.util.find_spec("PIL") else "Pillow is not installed"

    def __enter__(self) -> Self:
        self._pool = ThreadPoolExecutor(os.cpu_count())
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown()

    def decode(self, paths: Sequence[Path], target: Size) -> None:
        """Decode all at once."""
        for size in self._pool.map(lambda path: _by_pillow(path, target), paths):
            _check("Pillow", size, target)

    def cpu_s(self) -> float:
        """Return this process's time."""
        return time.process_time()


class ProcessPool:
    """Python's pool of processes, one a core, with the same library as ours, one thread each."""

    def __enter__(self) -> Self:
        # Not by fork: this process has threads.
        context = multiprocessing.get_context("spawn")
        workers = os.cpu_count() or 1
        self._pool = ProcessPoolExecutor(workers, context)
        with mock.patch.dict(os.environ, VIPS_CONCURRENCY="1"):  # the children inherit it
            list(self._pool.map(time.sleep, [0.2] * workers))  # so that each has started
        self._pids = [child.pid for child in multiprocessing.active_children() if child.pid]
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown()

    def decode(self, paths: Sequence[Path], target: Size) -> None:
        """Decode all at once; the pixels come through pipes."""
        jobs = [(str(path), target.width, target.height) for path in paths]
        for pixels in self._pool.map(_by_pyvips, jobs):
            _check("the process pool", len(pixels), target.pixels * _RGBA_BYTES)

    def pids(self) -> list[int]:
        """Return the pool's processes."""
        return list(self._pids)

    def cpu_s(self) -> float:
        """Return the time of the pool's processes and of this one, which reads from them."""
        return sum(map(process_cpu_s, self._pids)) + time.process_time()


def _by_pillow(path: Path, target: Size) -> Size:
    from PIL import Image, ImageOps  # noqa: PLC0415 - it may not be installed

    with Image.open(path) as photo:
        fitted = ImageOps.fit(photo, (target.width, target.height), Image.Resampling.LANCZOS)
        return Size(*fitted.convert("RGBA").size)


def _by_pyvips(job: tuple[str, int, int]) -> bytes:
    path, width_px, height_px = job
    frame = pyvips.Image.thumbnail(path, width_px, height=height_px, crop="centre")
    # A copy that is needed: libvips' own buffer cannot go through a pipe.
    return bytes(frame.colourspace("srgb")[:3].bandjoin(255).write_to_memory())
