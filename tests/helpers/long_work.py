"""Work for the real workers that takes long enough to be met in the middle of."""

import contextlib
import itertools
import os
import signal
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from company import Company
from crew import PATIENCE_S
from photos import picture, saved
from stillframe.contracts import slot_header
from stillframe.contracts.messages import Request
from stillframe.contracts.pixels import Size
from stillframe.transport.arena import ArenaShape
from stillframe.workers.transitions.baking import TABLE_CAP_BYTES
from worker_requests import bake, decode, gather, hear, listen, paint, scan, table

# Tenths of a second on a desktop machine, each: many times what a look at a page takes.
PHOTO_PX = (6000, 4000)
FRAME = Size(1500, 1000)
LINKS = 25_000
SCENE_INDEX, SCENE = 1, Size(640, 360)
# These two take less than a tenth, and still many times a look.
MANY_TONES = {"bars": 128, "bass_frames": 65536, "treble_frames": 65536}
SQUARE = Size(16384, 16384)
TABLE_SHAPE = ArenaShape(2, slot_header.PIXELS_OFFSET_BYTES + TABLE_CAP_BYTES)
FRAME_SHAPE = ArenaShape(2, slot_header.PIXELS_OFFSET_BYTES + 1465 * 4096)
# What the listener hears at one request.
STRETCH_S = 10.0
# As long as there is no news; less than half of what a patient supervisor bears.
NO_NEWS_MS = 150
CUT = "// number %d\nvec4 transition(vec2 uv) { return getToColor(uv); }"
_SOME_BYTES = 4096


@dataclass(frozen=True)
class LongWork:
    """A request that takes long for each kind of real worker; its argument is a new folder."""

    of: Mapping[str, Callable[[Path], Request]]

    @classmethod
    @contextmanager
    def prepared(cls) -> Iterator["LongWork"]:
        """Yield it, with its files in a folder that goes again: there are very many of them."""
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            photo = large_photo(folder)
            links, roots, texts = folder / "links", itertools.count(), itertools.count()

            def fresh() -> Path:
                """Return the links under a name that no worker has heard of."""
                root = folder / f"root-{next(roots)}"
                root.symlink_to(links)
                return root

            links.mkdir()
            for number in range(LINKS):
                (links / str(number)).symlink_to("..")
            yield cls(
                {
                    "images": lambda _: decode(photo, FRAME),
                    "library": lambda _: scan(fresh()),
                    "scenes": lambda new: paint(new, SCENE_INDEX, SCENE),
                    "audio": lambda _: listen("synthetic:3", **MANY_TONES),
                    "transitions": lambda _: table("crumble", SQUARE),
                    "feeds": lambda _: gather(patience_ms=NO_NEWS_MS),
                    "analysis": lambda _: hear(folder, seconds=STRETCH_S),
                    "shaders": lambda _: bake(CUT % next(texts)),  # what is baked is kept
                }
            )


def large_photo(folder: Path) -> Path:
    """Return a photo that takes long to decode, and not long to make."""
    large = picture("coffee.png").resize(PHOTO_PX, Image.Resampling.NEAREST)
    return saved(large, folder / "large.png", "png", compress_level=1)


def clear_slots(company: Company, worker: str) -> None:
    """Wipe the start of every slot's header and pixels, so that any write can be seen."""
    arena = company.supervisor._pools[worker]._arena
    for index in range(arena.shape.slot_count if arena else 0):
        assert arena is not None
        start = index * arena.shape.slot_bytes
        os.pwrite(arena.descriptor, bytes(slot_header.HEADER_BYTES), start)
        pixels = start + slot_header.PIXELS_OFFSET_BYTES
        os.pwrite(arena.descriptor, bytes(_SOME_BYTES), pixels)


def is_writing(company: Company, worker: str) -> bool:
    """Say whether there are pixels in a slot that is not sealed, or a program writes for it."""
    arena = company.supervisor._pools[worker]._arena
    if arena is None:
        return len(group_of(company.child(worker).pid)) > 1
    for index in range(arena.shape.slot_count):
        start = index * arena.shape.slot_bytes
        pixels = os.pread(arena.descriptor, _SOME_BYTES, start + slot_header.PIXELS_OFFSET_BYTES)
        header = os.pread(arena.descriptor, slot_header.HEADER_BYTES, start)
        if any(pixels) and not any(header):
            return True
    return False


def group_of(pid: int) -> list[str]:
    """Return who lives of a worker and the programs that it has started."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            name, _, rest = path.read_text(errors="replace").rpartition(")")
            state, _, group = rest.split()[:3]
            if int(group) == pid and state != "Z":
                found.append(name)
    return found


def stop_in_the_middle(
    company: Company, request: Callable[[], Request], worker: str, *, writing: bool
) -> tuple[int, int]:
    """Have a worker stopped by SIGSTOP while it works, or writes; return request and process.

    A moment that passed before the stop took effect is waited for again, with another request.
    """
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        pid = company.until_ready(worker)
        company.until(lambda: company.status(worker).in_flight == 0)
        clear_slots(company, worker)
        seq = company.order(request())

        def is_time(seq: int = seq) -> bool:
            beat = company.beat(worker)
            at_work = beat is not None and beat.busy_seq == seq
            return at_work and (not writing or is_writing(company, worker))

        while not is_time() and not company.outcomes(seq):
            company.drain()
        os.kill(pid, signal.SIGSTOP)
        while state_of(pid) not in "TZ":
            assert time.monotonic() < deadline, "it does not stop"
        if is_time():
            return seq, pid
        os.kill(pid, signal.SIGCONT)
        company.outcome(seq)
    raise AssertionError("the moment never came")


def state_of(pid: int) -> str:
    """Return the letter of a process's state; T is stopped, Z is dead."""
    with contextlib.suppress(FileNotFoundError), open(f"/proc/{pid}/stat") as file:
        return file.read().rpartition(")")[2].split()[0]
    return "Z"
