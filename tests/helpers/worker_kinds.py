"""What a test needs to know of a kind of worker, simulated or real: one small value each."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from photos import shipped
from stillframe.contracts.control import SettingValue
from stillframe.contracts.errors import FaultKind
from stillframe.contracts.hearing import HEARING_CAP_BYTES
from stillframe.contracts.messages import Request
from stillframe.contracts.pixels import PixelFormat
from stillframe.contracts.wire import PROTOCOLS, Protocol
from stillframe.show.code import shader_compiler
from stillframe.transport.arena import ArenaShape
from stillframe.transport.latest import LatestShape
from wire_samples_work import work_samples
from worker_requests import (
    SIZE,
    bake,
    common,
    decode,
    gather,
    hear,
    listen,
    paint,
    parse,
    scan,
    table,
)
from worker_sim import KINDS, WITH_SLOTS, Act, Script

SHAPE = ArenaShape(2, 256 * 1024)
BODIES = ArenaShape(2, 256 * 1024, PixelFormat.OPAQUE)
# By this a simulated worker knows the request that it has to refuse, whatever the kind.
_REFUSED_ID = 13
_REFUSING = Script(
    act=Act.REFUSE, fault=FaultKind.UNSUPPORTED_FORMAT, containing=f"correlation_id={_REFUSED_ID},"
)


@dataclass(frozen=True)
class Kind:
    """One kind of worker.

    Attributes:
        name: as in its requests.
        module: what starts it.
        good: makes a request that is fulfilled; gets a folder to write into.
        refused: makes a request that is refused.
        fault: why.
        shape: how the memory for its frames is cut; None for none.
        latest: how the memory in which it publishes is cut; None for none.
        settings: its slice of them.
        folder_setting: the setting that names a folder to write into; empty for none.
    """

    name: str
    module: str
    good: Callable[[Path], Request]
    refused: Callable[[Path], Request]
    fault: FaultKind
    shape: ArenaShape | None = None
    latest: LatestShape | None = None
    settings: Mapping[str, SettingValue] = field(default_factory=dict)
    folder_setting: str = ""

    def __str__(self) -> str:
        return self.module.removeprefix("stillframe.workers.")

    @property
    def protocol(self) -> Protocol:
        """Its messages."""
        return PROTOCOLS[self.name]


def _simulated(name: str) -> Kind:
    (sample,) = (s for s in work_samples() if isinstance(s, PROTOCOLS[name].request))
    changes = common(name)
    if name in WITH_SLOTS:
        changes["slot"] = None  # the supervisor fills it in
    if name == "images":
        changes["target_size"] = SIZE
    good = msgspec.structs.replace(sample, **changes)
    refused = msgspec.structs.replace(good, correlation_id=_REFUSED_ID)
    return Kind(
        name=name,
        module=f"simulated.{name}",
        good=lambda _: good,
        refused=lambda _: refused,
        fault=_REFUSING.fault,
        shape=SHAPE if name in WITH_SLOTS else None,
        settings=_REFUSING.to_settings(),
    )


SIMULATED = tuple(_simulated(name) for name in KINDS)


IMAGES = Kind(
    name="images",
    module="stillframe.workers.images",
    good=lambda _: decode(shipped("coffee.png")),
    refused=lambda folder: decode(folder / "nothing.jpg"),
    fault=FaultKind.NOT_FOUND,
    shape=SHAPE,
)
LIBRARY = Kind(
    name="library",
    module="stillframe.workers.library",
    good=lambda _: scan(shipped("coffee.png")),
    refused=lambda folder: scan(folder, cursor=99),
    fault=FaultKind.BAD_REQUEST,
)
PAINTER = Kind(
    name="scenes",
    module="stillframe.workers.scenes",
    good=paint,
    refused=lambda folder: paint(folder, index=255),
    fault=FaultKind.BAD_REQUEST,
)
FETCHER = Kind(
    name="feeds",
    module="stillframe.workers.feeds",
    good=lambda _: gather(),
    refused=lambda _: gather("http://a.example/", "http://a.example/"),
    fault=FaultKind.BAD_REQUEST,
    shape=BODIES,
)
PARSER = Kind(
    name="feedparse",
    module="stillframe.workers.feedparse",
    good=lambda _: parse(9),
    refused=lambda _: parse(10**9),
    fault=FaultKind.BAD_REQUEST,
    shape=BODIES,
)
LISTENER = Kind(
    name="analysis",
    module="stillframe.workers.audio.analysis",
    good=hear,
    refused=lambda folder: hear(folder, cursor=5),
    fault=FaultKind.BAD_REQUEST,
)
BAKER = Kind(
    name="shaders",
    module="stillframe.workers.shaders",
    good=lambda _: bake("vec4 transition(vec2 uv) { return getToColor(uv); }"),
    refused=lambda _: bake("void main() {}"),
    fault=FaultKind.UNSUPPORTED_FORMAT,
    settings={"compiler": os.fsdecode(shader_compiler()), "processor_s": 10},
    folder_setting="folder",
)
EARS = Kind(
    name="audio",
    module="stillframe.workers.audio",
    good=lambda _: listen("synthetic:3"),
    refused=lambda _: listen("synthetic:loud"),
    fault=FaultKind.BAD_REQUEST,
    latest=LatestShape(HEARING_CAP_BYTES),
)
TABLES = Kind(
    name="transitions",
    module="stillframe.workers.transitions",
    good=lambda _: table("particle"),
    refused=lambda _: table("crossfade"),
    fault=FaultKind.BAD_REQUEST,
    shape=SHAPE,
)
REAL = (IMAGES, LIBRARY, PAINTER, FETCHER, PARSER, LISTENER, BAKER, EARS, TABLES)
EVERY_KIND = (*SIMULATED, *REAL)
