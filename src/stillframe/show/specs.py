"""The workers of this product, as data.

Role: from settings to `WorkerSpec`s. Counterpart: `supervision` starts them by module name.
"""

from stillframe.contracts.wire import PROTOCOLS
from stillframe.settings import Settings
from stillframe.supervision.spec import Deadlines, Limits, Shutdown, WorkerSpec
from stillframe.transport.arena import ArenaShape

# A 4K scene takes seconds to paint, and ten times that on the smallest machines.
_PAINT_DEADLINE_S = 120.0
# One page of a scan; a sleeping disk or a share that is being mounted takes its time.
_SCAN_DEADLINE_S = 60.0
# Long enough to answer the next page, short enough that a show's hours are not spent on it.
_IDLE_S = 5.0


def worker_specs(settings: Settings, arena: ArenaShape) -> tuple[WorkerSpec, ...]:
    """Return every kind of worker that a show starts."""
    images = WorkerSpec(
        name="images",
        module="stillframe.workers.images",
        protocol=PROTOCOLS["images"],
        arena=arena,
        settings={
            "max_source_pixels": settings.images.max_source_pixels,
            "max_source_bytes": settings.images.max_source_bytes,
        },
        deadlines=Deadlines(task_s=settings.images.decode_deadline_s),
        limits=Limits(backlog=settings.queues.images),
    )
    library = WorkerSpec(
        name="library",
        module="stillframe.workers.library",
        protocol=PROTOCOLS["library"],
        deadlines=Deadlines(task_s=_SCAN_DEADLINE_S),
        shutdown=Shutdown(idle_s=_IDLE_S),
        limits=Limits(backlog=settings.queues.library),
    )
    scenes = WorkerSpec(
        name="scenes",
        module="stillframe.workers.scenes",
        protocol=PROTOCOLS["scenes"],
        eager=False,
        deadlines=Deadlines(task_s=_PAINT_DEADLINE_S),
        shutdown=Shutdown(idle_s=_IDLE_S),
    )
    return images, library, scenes
