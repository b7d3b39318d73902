"""The workers of this product, as data.

Role: from settings and places to `WorkerSpec`s. Counterpart: `supervision` starts them by module
name; `workers.confinement` holds each to its sandbox.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

from stillframe.contracts.audio import AUTO, OFF
from stillframe.contracts.caps import BODY_CAP_BYTES
from stillframe.contracts.control import SettingValue
from stillframe.contracts.pixels import PixelFormat
from stillframe.contracts.sandbox import SANDBOX_PATHS_CAP, Sandbox, Sockets
from stillframe.contracts.slot_header import PIXELS_OFFSET_BYTES
from stillframe.contracts.wire import PROTOCOLS
from stillframe.settings import QueueSettings, Settings
from stillframe.show.rooms import gathered
from stillframe.show.sound import audio_spec
from stillframe.supervision.spec import Deadlines, Limits, RestartBudget, Shutdown, WorkerSpec
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
# Software may draw with a thread a core, and the system wants one too: two decoders must leave most
# of the processors to the screen.
_CORES_FOR_TWO: Final = 8
# A scene of 3840 x 2160 takes 0.6 GiB.
_PAINT_MEMORY_BYTES: Final = 2 << 30


_NO_ENVIRONMENT: Final[Mapping[str, str]] = MappingProxyType({})
# Three bodies at once, and one slot for the next question.
BODIES: Final = ArenaShape(4, PIXELS_OFFSET_BYTES + BODY_CAP_BYTES, PixelFormat.OPAQUE)
# One plays, one waits, one is baked; and one for the next question.
TABLES: Final = ArenaShape(4, PIXELS_OFFSET_BYTES + (1 << 20))
# A transition takes a tenth of a second.
_SHADER_PROCESSOR_S: Final = 10
# The limit above holds for work; a busy machine may have little of a processor to spare.
_SHADER_DEADLINE_S: Final = 120.0
# The compiler maps 0.2 GiB of libraries; a text that is built to grow is stopped here.
_SHADER_MEMORY_BYTES: Final = 1 << 30
# It takes milliseconds; a crossfade is better than a transition that comes later than this.
_BAKE_DEADLINE_S: Final = 5.0
_BAKE_MEMORY_BYTES: Final = 512 << 20
# Beside the compiler.
_COMPILER_LIBRARIES: Final = b"/Qt/lib"
# Documents are known that cost a parser seconds a kilobyte; an honest one takes one at most.
_PARSE_DEADLINE_S: Final = 5.0
# One such document costs a worker; a person may follow several of them.
_PARSE_RESTARTS: Final = 30
# From one feed to the next of a cycle, not from one cycle to the next.
_PARSE_IDLE_S: Final = 30.0
# Images are up to 32 MiB, four at a time, and once more while they are written down.
_FETCH_MEMORY_BYTES: Final = 1 << 30
# What 4 MiB of markup become as Python's objects.
_PARSE_MEMORY_BYTES: Final = 1 << 30


@dataclass(frozen=True)
class Places:
    """Where the workers find and keep things.

    Attributes:
        roots: the folders and files that photos come from.
        scenes: the folder in which painted scenes are kept.
        index: the folder in which the index of photos is kept.
        network: what tells how names become addresses, and whose certificates are believed.
        mirror: the folder in which the images of feeds are kept; empty for a show without feeds.
        code: the folders of what is loaded late.
        shaders: the folder in which a person's transitions are kept, baked.
        compiler: what bakes them; empty where there is none.
    """

    roots: tuple[bytes, ...]
    scenes: bytes
    index: bytes
    code: tuple[bytes, ...] = ()
    network: tuple[bytes, ...] = ()
    mirror: bytes = b""
    shaders: bytes = b""
    compiler: bytes = b""


def decoders(settings: Settings, cores: int) -> int:
    """Return how many image workers work at the same time, of `cores` that may be used."""
    if settings.images.workers != "auto":
        return int(settings.images.workers)
    return 2 if cores >= _CORES_FOR_TWO else 1


def worker_specs(
    settings: Settings,
    arena: ArenaShape,
    places: Places,
    *,
    steady: bool = False,
    cores: int = 1,
    environ: Mapping[str, str] = _NO_ENVIRONMENT,
) -> tuple[WorkerSpec, ...]:
    """Return every kind of worker that a show starts.

    Args:
        settings: what each worker gets its slice of.
        arena: how the frames' memory is cut.
        places: what they may read and write.
        steady: whether photos are found in an order that the next show can repeat.
        cores: how many processors the show may use.
        environ: where programs and the sound server are found.
    """
    specs = _unconfined(settings, arena, places, steady=steady, cores=cores)
    confined, source = settings.workers.sandbox, settings.audio.source or AUTO
    if confined:
        rooms = _sandboxes(settings, places)
        specs = tuple(replace(spec, sandbox=rooms[spec.name]) for spec in specs)
    if source == OFF:
        return specs
    return *specs, audio_spec(source, environ, code=places.code, confined=confined)


def _sandboxes(settings: Settings, places: Places) -> dict[str, Sandbox]:
    """Return what each worker may do; all it needs of the system it has opened before."""
    scenes, index = (places.scenes,), (places.index,) if settings.library.index else ()
    mirror = (places.mirror,) if places.mirror else ()
    photos = gathered(places.roots, SANDBOX_PATHS_CAP - len(scenes) - len(places.code) - 1)
    saved = (os.fsencode(_saved(settings)),) if settings.feeds.save_to else ()
    return {
        # The painter may make its folder after the image worker was confined, so both make it.
        "images": Sandbox(
            read=(*photos, *scenes, *mirror, *places.code),
            make=(*scenes, *mirror),
            memory_bytes=settings.images.memory_bytes,
        ),
        "library": Sandbox(
            read=(*photos, *places.code),
            write=index,
            make=index,
            memory_bytes=_SCAN_MEMORY_BYTES,
        ),
        "shaders": _of_shaders(places),
        "transitions": Sandbox(read=places.code, memory_bytes=_BAKE_MEMORY_BYTES),
        "scenes": Sandbox(write=scenes, make=scenes, memory_bytes=_PAINT_MEMORY_BYTES),
        "feeds": Sandbox(
            read=(*places.network, *places.code),
            write=(*mirror, *saved),
            make=(*mirror, *saved),
            sockets=Sockets.ANY,
            memory_bytes=_FETCH_MEMORY_BYTES,
        ),
        "feedparse": Sandbox(read=places.code, memory_bytes=_PARSE_MEMORY_BYTES),
    }


def _of_shaders(places: Places) -> Sandbox:
    """Return what the shader baker may do: start the compiler, and write its folder."""
    compiler = places.compiler
    return Sandbox(
        read=(os.path.dirname(compiler) + _COMPILER_LIBRARIES,) if compiler else (),
        write=(places.shaders,),
        make=(places.shaders,),
        execute=(compiler,) if compiler else (),
        memory_bytes=_SHADER_MEMORY_BYTES,
    )


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
        "feedparse": queues.feeds,
        # Asked for one after the other, each when the one before is there.
        "shaders": 1,
    }


def _unconfined(
    settings: Settings, arena: ArenaShape, places: Places, *, steady: bool, cores: int
) -> tuple[WorkerSpec, ...]:
    caps, processes = backlog_caps(settings.queues), decoders(settings, cores)
    images = WorkerSpec(
        name="images",
        module="stillframe.workers.images",
        processes=processes,
        standby=processes == 1,
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
    feeds = _feed_workers(settings, places) if places.mirror else ()
    shaders = (_shader_baker(places, caps["shaders"]),) if places.shaders else ()
    return images, library, scenes, _baker(caps["transitions"]), *shaders, *feeds


def _shader_baker(places: Places, backlog: int) -> WorkerSpec:
    """Return who makes a person's own transitions playable."""
    return WorkerSpec(
        name="shaders",
        module="stillframe.workers.shaders",
        protocol=PROTOCOLS["shaders"],
        settings={
            "folder": _as_setting(places.shaders),
            "compiler": _as_setting(places.compiler),
            "processor_s": _SHADER_PROCESSOR_S,
        },
        eager=False,
        deadlines=Deadlines(task_s=_SHADER_DEADLINE_S),
        shutdown=Shutdown(idle_s=_IDLE_S),
        # Another worker would fare no better.
        limits=Limits(backlog=backlog, attempts=1),
    )


def _baker(backlog: int) -> WorkerSpec:
    """Return who makes what transitions need before they play."""
    return WorkerSpec(
        name="transitions",
        module="stillframe.workers.transitions",
        protocol=PROTOCOLS["transitions"],
        arena=TABLES,
        eager=False,
        deadlines=Deadlines(task_s=_BAKE_DEADLINE_S),
        limits=Limits(backlog=backlog),
    )


def _feed_workers(settings: Settings, places: Places) -> tuple[WorkerSpec, WorkerSpec]:
    """Return who fetches, and who reads what was fetched."""
    caps, feeds = backlog_caps(settings.queues), settings.feeds
    fetching = WorkerSpec(
        name="feeds",
        module="stillframe.workers.feeds",
        protocol=PROTOCOLS["feeds"],
        arena=BODIES,
        settings={
            "mirror": _as_setting(places.mirror),
            "min_images": feeds.min_images,
            "max_images": feeds.max_images,
            "max_bytes": feeds.max_bytes,
            "max_age_s": feeds.max_age_s,
            "allow_hosts": feeds.allow_hosts,
            "save_to": _saved(settings),
        },
        limits=Limits(backlog=caps["feeds"]),
    )
    reading = WorkerSpec(
        name="feedparse",
        module="stillframe.workers.feedparse",
        protocol=PROTOCOLS["feedparse"],
        reads=fetching.name,
        eager=False,
        deadlines=Deadlines(task_s=_PARSE_DEADLINE_S),
        budget=RestartBudget(restarts=_PARSE_RESTARTS),
        shutdown=Shutdown(idle_s=_PARSE_IDLE_S),
        limits=Limits(backlog=caps["feedparse"]),
    )
    return fetching, reading


def _library_slice(settings: Settings, places: Places, *, steady: bool) -> dict[str, SettingValue]:
    """Return what the library worker gets of the settings."""
    library, folder = settings.library, _as_setting(places.index)
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


def _as_setting(path: bytes) -> str:
    """Return a path as text; empty for one that no message carries as a setting."""
    try:
        return path.decode()
    except UnicodeDecodeError:
        return ""


def _saved(settings: Settings) -> str:
    """Return where what is shown is saved; a person may begin it with a tilde."""
    return os.path.expanduser(settings.feeds.save_to)
