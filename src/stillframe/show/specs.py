"""The workers of this product, as data.

Role: from settings and places to `WorkerSpec`s. Counterpart: `supervision` starts them by module
name; `workers.confinement` holds each to its sandbox.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from stillframe.contracts.sandbox import SANDBOX_PATHS_CAP, Sandbox
from stillframe.contracts.wire import PROTOCOLS
from stillframe.settings import QueueSettings, Settings
from stillframe.show.rooms import gathered
from stillframe.supervision.spec import Deadlines, Limits, Shutdown, WorkerSpec
from stillframe.transport.arena import ArenaShape

# A 4K scene takes seconds to paint, and ten times that on the smallest machines.
_PAINT_DEADLINE_S = 120.0
# One page of a scan; a sleeping disk or a share that is being mounted takes its time.
_SCAN_DEADLINE_S = 60.0
# Long enough to answer the next page, short enough that a show's hours are not spent on it.
_IDLE_S = 5.0
# Names and sizes of the folders on one way down, and of the page being filled.
_SCAN_MEMORY_BYTES: Final = 512 << 20
# A scene of 3840 x 2160 takes 0.6 GiB.
_PAINT_MEMORY_BYTES: Final = 2 << 30


def worker_specs(
    settings: Settings, arena: ArenaShape, *, roots: Iterable[bytes], scenes_folder: bytes
) -> tuple[WorkerSpec, ...]:
    """Return every kind of worker that a show starts.

    Args:
        settings: what each worker gets its slice of.
        arena: how the frames' memory is cut.
        roots: the folders and files that photos come from.
        scenes_folder: where painted scenes are kept.
    """
    specs = _unconfined(settings, arena)
    if not settings.workers.sandbox:
        return specs
    rooms = _sandboxes(settings, tuple(roots), scenes_folder)
    return tuple(replace(spec, sandbox=rooms[spec.name]) for spec in specs)


def _sandboxes(
    settings: Settings, roots: tuple[bytes, ...], scenes_folder: bytes
) -> dict[str, Sandbox]:
    """Return what each worker may do; all it needs of the system it has opened before."""
    scenes = (scenes_folder,)
    photos = gathered(roots, SANDBOX_PATHS_CAP - len(scenes))
    return {
        # The painter may make its folder after the image worker was confined, so both make it.
        "images": Sandbox(
            read=(*photos, *scenes), make=scenes, memory_bytes=settings.images.memory_bytes
        ),
        "library": Sandbox(read=photos, memory_bytes=_SCAN_MEMORY_BYTES),
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


def _unconfined(settings: Settings, arena: ArenaShape) -> tuple[WorkerSpec, ...]:
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
        deadlines=Deadlines(task_s=_SCAN_DEADLINE_S),
        shutdown=Shutdown(idle_s=_IDLE_S),
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
