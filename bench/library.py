"""From a library worker that is ready to the first decoded frame: does it grow with the library?

Role: measures what a person waits for, with a thousand files and with two hundred thousand.
Counterpart: `show.sources` asks the same questions in the same order.

Guarantees: the two libraries take turns; "cold" has no index, "warm" has one of a whole walk; every
file is the same small photo under another name, so that decoding costs the same.
"""

import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from bench import rounds, table
from bench.rounds import Pace, turned
from bench.sample_photos import NoPhotoError, small_photos
from bench.supervised import ANSWER_S, Supervised
from stillframe.contracts.images import ImageRequest, Profile, RatioPolicy
from stillframe.contracts.library import (
    Changes,
    Follow,
    LibraryRequest,
    LibraryResult,
    Scan,
    ScanPage,
)
from stillframe.contracts.pixels import Size
from stillframe.settings import load
from stillframe.show.code import code_folders
from stillframe.show.sources import FIRST_ITEMS
from stillframe.show.specs import Places, worker_specs
from stillframe.supervision.spec import WorkerSpec
from stillframe.transport.arena import ArenaShape

_FEW, _MANY = 1_000, 200_000
_PER_FOLDER: Final = 500
_LINKS_CAP: Final = 30_000  # common file systems allow twice as many names for one file
_FRAME: Final = Size(320, 180)
_ARENA: Final = ArenaShape(2, 4096 + 61 * 4096)
_QUICK_S: Final = 45.0
_FULL_ROUNDS: Final = 15
_CASES: Final = ("cold", "warm")


def main(arguments: list[str]) -> int:
    """Measure and print; 1 if there is no photo to measure with."""
    pace = rounds.parse("library", __doc__, arguments, quick_s=_QUICK_S)
    try:
        photo = next(small_photos(_FRAME.width, _FRAME.height).glob("*.jpg"))
    except NoPhotoError as error:
        print(error, file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory(prefix="stillframe-bench-", dir=photo.parent) as name:
        folder = Path(name)
        roots = {count: _fill(folder / str(count), photo, count) for count in (_FEW, _MANY)}
        for count, root in roots.items():
            _walk_whole(root, folder / f"index-{count}")
        taken, done = _measure(folder, roots, pace.from_now())
    rows = []
    for case in _CASES:
        for metric in ("first_photo_known_ms", "first_frame_ms"):
            few, many = (statistics.median(taken[case, count][metric]) for count in (_FEW, _MANY))
            rows.append(table.Row(case, metric, "ms", many, {f"files_{_FEW}": few}))
    table.show("library", rows, notes=[f"ours: {_MANY} files; rounds: {done}"])
    return 0


Taken = dict[tuple[str, int], dict[str, list[float]]]


def _measure(folder: Path, roots: dict[int, Path], pace: Pace) -> tuple[Taken, int]:
    metrics = ("first_photo_known_ms", "first_frame_ms")
    taken: Taken = {(c, n): {m: [] for m in metrics} for c in _CASES for n in roots}
    done = 0
    for number in pace.rounds(_FULL_ROUNDS):
        for case in _CASES:
            for count in turned(roots, number):
                kept = folder / f"index-{count}"
                index = kept if case == "warm" else folder / "none"
                known_ms, frame_ms = _first_photo(roots[count], index)
                taken[case, count]["first_photo_known_ms"].append(known_ms)
                taken[case, count]["first_frame_ms"].append(frame_ms)
                shutil.rmtree(folder / "none", ignore_errors=True)
        done = number + 1
    return taken, done


def _first_photo(root: Path, index: Path) -> tuple[float, float]:
    """Return how long after the worker was ready a photo was known, and was decoded, in ms."""
    with _workers(root, index) as crew:
        began_s = time.perf_counter()
        found = _ask(crew, Scan(root=os.fsencode(root), max_items=FIRST_ITEMS))
        cursor = 0
        while not found:
            found, cursor = _follow(crew, cursor)
        known_s = time.perf_counter()
        now_ns = time.monotonic_ns()
        request = ImageRequest(
            seq=crew.next_seq(),
            correlation_id=0,
            worker="images",
            ts_req_ns=now_ns,
            deadline_ns=now_ns + round(ANSWER_S * 1e9),
            path=found[0],
            target_size=_FRAME,
            profile=Profile(),
            cache_key=b"first",
            ratio_policy=RatioPolicy(),
        )
        crew.submit(request)
        lease = crew.completed().lease
        if lease is None:
            raise RuntimeError("the image worker answered without a frame")
        frame_s = time.perf_counter()
        crew.release("images", lease)
    return (known_s - began_s) * 1e3, (frame_s - began_s) * 1e3


def _walk_whole(root: Path, index: Path) -> None:
    """Leave an index of everything behind."""
    with _workers(root, index) as crew:
        _ask(crew, Scan(root=os.fsencode(root), max_items=1))
        cursor, searching = 0, True
        while searching:
            told = _told(crew, Follow(cursor=cursor, patience_ms=250))
            if not isinstance(told, Changes):
                raise TypeError(f"not an answer about changes: {told}")
            cursor, searching = told.next_cursor, told.searching


def _follow(crew: Supervised, cursor: int) -> tuple[list[bytes], int]:
    told = _told(crew, Follow(cursor=cursor, patience_ms=250))
    if not isinstance(told, Changes):
        raise TypeError(f"not an answer about changes: {told}")
    return [photo.path for photo in told.photos], told.next_cursor


def _ask(crew: Supervised, scan: Scan) -> list[bytes]:
    told = _told(crew, scan)
    if not isinstance(told, ScanPage):
        raise TypeError(f"not a page: {told}")
    return [photo.path for photo in told.photos]


def _told(crew: Supervised, question: Scan | Follow) -> object:
    now_ns = time.monotonic_ns()
    request = LibraryRequest(
        seq=crew.next_seq(),
        correlation_id=0,
        worker="library",
        ts_req_ns=now_ns,
        deadline_ns=now_ns + round(ANSWER_S * 1e9),
        ask=question,
    )
    crew.submit(request)
    response = crew.completed().response
    return response.told if isinstance(response, LibraryResult) else response


@contextmanager
def _workers(root: Path, index: Path) -> Iterator[Supervised]:
    """Yield a library and an image worker, both ready, as a show has them."""
    with Supervised(_specs(root, index)) as crew:
        crew.until_ready(2)
        yield crew


def _specs(root: Path, index: Path) -> list[WorkerSpec]:
    settings = load(file_text=None, file_name="", environ={}, flags={})
    places = Places(
        roots=(os.fsencode(root),),
        scenes=os.fsencode(tempfile.gettempdir()),
        index=os.fsencode(index),
        code=code_folders(),
    )
    made = worker_specs(settings, _ARENA, places)
    return [spec for spec in made if spec.name in ("images", "library")]


def _fill(root: Path, photo: Path, count: int) -> Path:
    """Make a library of one photo under many names, in folders of a common size."""
    for number in range(count):
        if number % _LINKS_CAP == 0:
            root.mkdir(parents=True, exist_ok=True)
            original = root / f".original-{number}"
            shutil.copyfile(photo, original)
        folder = root / f"{number // _PER_FOLDER:04}"
        if number % _PER_FOLDER == 0:
            folder.mkdir()
        os.link(original, folder / f"IMG_{number:06}.jpg")
    return root


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
