"""The workers of this product, as data.

Role: from settings and places to `WorkerSpec`s. Counterpart: `supervision` starts them by module
name; `workers.confinement` holds each to its sandbox.
"""

from dataclasses import dataclass, replace
from typing import Final

from stillframe.contracts.control import SettingValue
from stillframe.contracts.sandbox import SANDBOX_PATHS_CAP, Sandbox
from stillframe.contracts.wire import PROTOCOLS
from stillframe.settings import QueueSettings, Settings
from stillframe.show.rooms import gathered
from stillframe.supervision.spec import Deadlines, Limits, Shutdown, WorkerSpec
from stillframe.transport.arena import ArenaShape

# A 4K scene takes seconds to paint, and ten times that on the smallest machines.
_PAINT_DEADLINE_S = 120.0
INDEX_NAME: Final = "library.sqlite3"
# One page of a scan; a sleeping disk or a share that is being mounted takes its time.
_SCAN_DEADLINE_S = 60.0
# Long enough to answer the next page, short enough that a show's hours are not spent on it.
_IDLE_S = 5.0
# An index of a million photos that has to be kept in memory, and the threads' stacks.
_SCAN_MEMORY_BYTES: Final = 1 << 30
# A scene of 3840 x 2160 takes 0.6 GiB.
_PAINT_MEMORY_BYTES: Final = 2 << 30


@dataclass(frozen=True)
class Places:
    """Where the workers find and keep things.

    Attributes:
        roots: the folders and files that photos come from.
        scenes: the folder in which painted scenes are kept.
        index: the folder in which the index of photos is kept.
        code: the folders of what is loaded late.
    """

    roots: tuple[bytes, ...]
    scenes: bytes
    index: bytes
    code: tuple[bytes, ...] = ()


def worker_specs(
    settings: Settings, arena: ArenaShape, places: Places, *, steady: bool = False
) -> tuple[WorkerSpec, ...]:
    """Return every kind of worker that a show starts.

    Args:
        settings: what each worker gets its slice of.
        arena: how the frames' memory is cut.
        places: what they may read and write.
        steady: whether photos are found in an order that the next show can repeat.
    """
    specs = _unconfined(settings, arena, places, steady=steady)
    if not settings.workers.sandbox:
        return specs
    rooms = _sandboxes(settings, places)
    return tuple(replace(spec, sandbox=rooms[spec.name]) for spec in specs)


def _sandboxes(settings: Settings, places: Places) -> dict[str, Sandbox]:
    """Return what each worker may do; all it needs of the system it has opened before."""
    scenes, index = (places.scenes,), (places.index,) if settings.library.index else ()
    photos = gathered(places.roots, SANDBOX_PATHS_CAP - len(scenes) - len(places.code))
    return {
        # The painter may make its folder after the image worker was confined, so both make it.
        "images": Sandbox(
            read=(*photos, *scenes, *places.code),
            make=scenes,
            memory_bytes=settings.images.memory_bytes,
        ),
        "library": Sandbox(
            read=(*photos, *places.code),
            write=index,
            make=index,
            memory_bytes=_SCAN_MEMORY_BYTES,
        ),
        "scenes": Sandbox(write=scenes, make=scenes, memory_bytes=_PAINT_MEMORY_BYTES),
    }


def backlog_caps(queues: QueueSettings) -> dict[str, int]:
    """Return how many requests may wait, by kind of worker."""
    return {
        "images": queues.images,
        "library": queues.library,
        "feeds": queues.feeds,
        "transitions": queues.transitions,
        # What was heard a moment ago is of no use to the next frame: only the latest waits.
        "audio": 1,
        # Painted one after the other, each when the one before is there.
        "scenes": 1,
    }


def _unconfined(
    settings: Settings, arena: ArenaShape, places: Places, *, steady: bool
) -> tuple[WorkerSpec, ...]:
    caps = backlog_caps(settings.queues)
    images = WorkerSpec(
        name="images",
        module="stillframe.workers.images",
        standby=True,
        protocol=PROTOCOLS["images"],
        arena=arena,
        settings={
            "max_source_pixels": settings.images.max_source_pixels,
            "max_source_bytes": settings.images.max_source_bytes,
        },
        deadlines=Deadlines(task_s=settings.images.decode_deadline_s),
        limits=Limits(backlog=caps["images"]),
    )
    library = WorkerSpec(
        name="library",
        module="stillframe.workers.library",
        protocol=PROTOCOLS["library"],
        settings=_library_slice(settings, places, steady=steady),
        deadlines=Deadlines(task_s=_SCAN_DEADLINE_S),
        limits=Limits(backlog=caps["library"]),
    )
    scenes = WorkerSpec(
        name="scenes",
        module="stillframe.workers.scenes",
        protocol=PROTOCOLS["scenes"],
        eager=False,
        deadlines=Deadlines(task_s=_PAINT_DEADLINE_S),
        shutdown=Shutdown(idle_s=_IDLE_S),
        limits=Limits(backlog=caps["scenes"]),
    )
    return images, library, scenes


def _library_slice(settings: Settings, places: Places, *, steady: bool) -> dict[str, SettingValue]:
    """Return what the library worker gets of the settings."""
    library = settings.library
    try:
        folder = places.index.decode()
    except UnicodeDecodeError:  # no message carries such a path as a setting
        folder = ""
    return {
        # What is known already would be found before the rest.
        "index": f"{folder}/{INDEX_NAME}" if folder and library.index and not steady else "",
        "order": settings.show.order,
        "since": library.since,
        "until": library.until,
        "rating": library.rating,
        "keyword": library.keyword,
        "min_pixels": library.min_pixels,
        "orientation": library.orientation,
        "exclude": library.exclude,
        "burst_photos": library.burst_photos,
        "steady": steady,
    }
