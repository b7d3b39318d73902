"""What a test needs to know of a kind of worker, simulated or real: one small value each."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from photos import shipped
from sound_server import write_tone
from stillframe.contracts.analysis import AnalysisRequest
from stillframe.contracts.control import SettingValue
from stillframe.contracts.errors import FaultKind
from stillframe.contracts.feedparse import FeedParseRequest
from stillframe.contracts.feeds import FeedSource, FeedsRequest
from stillframe.contracts.images import ImageRequest, Profile, RatioPolicy, SlotGrant
from stillframe.contracts.library import Follow, LibraryRequest, Scan, Survey
from stillframe.contracts.messages import Request
from stillframe.contracts.pixels import PixelFormat, Size
from stillframe.contracts.scenes import SceneRequest
from stillframe.contracts.shaders import ShaderRequest
from stillframe.contracts.wire import PROTOCOLS, Protocol
from stillframe.show.code import shader_compiler
from stillframe.transport.arena import ArenaShape
from wire_samples_work import work_samples
from worker_sim import KINDS, WITH_SLOTS, Act, Script

SHAPE = ArenaShape(2, 256 * 1024)
BODIES = ArenaShape(2, 256 * 1024, PixelFormat.OPAQUE)
SIZE = Size(60, 40)
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
        folder_setting: the setting that names a folder to write into; empty for none.
    """

    name: str
    module: str
    good: Callable[[Path], Request]
    refused: Callable[[Path], Request]
    fault: FaultKind
    shape: ArenaShape | None = None
    settings: Mapping[str, SettingValue] = field(default_factory=dict)
    folder_setting: str = ""

    def __str__(self) -> str:
        return self.module.removeprefix("stillframe.workers.")

    @property
    def protocol(self) -> Protocol:
        """Its messages."""
        return PROTOCOLS[self.name]


def addressed(request: Request, seq: int, slot: SlotGrant | None = None) -> Request:
    """Return a request as a supervisor sends it."""
    changes: dict[str, Any] = {"seq": seq}
    if slot is not None:
        changes["slot"] = slot
    return msgspec.structs.replace(request, **changes)


def _common(worker: str) -> dict[str, Any]:
    return {
        "seq": 0,
        "correlation_id": 5,
        "worker": worker,
        "ts_req_ns": 1_000,
        "deadline_ns": 2**62,
    }


def decode(path: bytes | Path, size: Size = SIZE) -> ImageRequest:
    """Return a request to decode a photo."""
    return ImageRequest(
        **_common("images"),
        path=os.fsencode(path),
        target_size=size,
        profile=Profile(),
        cache_key=b"key",
        ratio_policy=RatioPolicy(),
    )


def question(ask: Scan | Follow | Survey) -> LibraryRequest:
    """Return a question to a library worker."""
    return LibraryRequest(**_common("library"), ask=ask)


def scan(root: bytes | Path, cursor: int = 0) -> LibraryRequest:
    """Return a request for a page of a folder's photos."""
    return question(Scan(root=os.fsencode(root), cursor=cursor))


def follow(cursor: int = 0, patience_ms: int = 200) -> LibraryRequest:
    """Return a request for what has changed."""
    return question(Follow(cursor=cursor, patience_ms=patience_ms))


def paint(folder: Path, index: int = 0, size: Size = SIZE) -> SceneRequest:
    """Return a request to paint a scene."""
    return SceneRequest(**_common("scenes"), folder=os.fsencode(folder), index=index, size=size)


def bake(source: str) -> ShaderRequest:
    """Return a request to bake a transition."""
    return ShaderRequest(**_common("shaders"), name="swirl.glsl", source=source)


def gather(*urls: str) -> FeedsRequest:
    """Return a question for what is new of some feeds."""
    return FeedsRequest(**_common("feeds"), feeds=tuple(FeedSource(url=url) for url in urls))


def parse(body_bytes: int) -> FeedParseRequest:
    """Return a request to read so many bytes of a slot."""
    return FeedParseRequest(
        **_common("feedparse"),
        source=FeedSource(url="http://a.example/"),
        url="http://a.example/",
        content_type="",
        slot=SlotGrant(index=0, generation=0),
        body_bytes=body_bytes,
        max_items=1,
        ttl_hint_s=0.0,
        priority=0,
        now_s=0.0,
    )


def _simulated(name: str) -> Kind:
    (sample,) = (s for s in work_samples() if isinstance(s, PROTOCOLS[name].request))
    changes = _common(name)
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


def hear(folder: Path, *, cursor: int = 0) -> AnalysisRequest:
    """Return a request to listen to a file."""
    path = folder / "tone.wav"
    if not path.exists():
        write_tone(path, hz=440, level=0.5, seconds=1)
    return AnalysisRequest(**_common("analysis"), path=os.fsencode(path), cursor=cursor)


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
REAL = (IMAGES, LIBRARY, PAINTER, FETCHER, PARSER, LISTENER, BAKER)
EVERY_KIND = (*SIMULATED, *REAL)
