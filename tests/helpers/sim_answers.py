"""What simulated workers answer: made up, but always the same for the same request and seed.

Role: one pure function a kind, from a request to the kind's result. Counterpart: `worker_sim`
sends it, through the real loop.
"""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from stillframe.contracts.analysis import AnalysisRequest, AnalysisResult
from stillframe.contracts.audio import AudioRequest, AudioResult, BinsHandle
from stillframe.contracts.caps import MIRROR_PAGE_CAP_ITEMS
from stillframe.contracts.feedparse import FeedParseRequest, FeedParseResult
from stillframe.contracts.feeds import (
    DroppedItem,
    DropReason,
    FeedsRequest,
    FeedsResult,
    ImageMetadata,
    Reading,
)
from stillframe.contracts.images import ImageRequest, ImageResult
from stillframe.contracts.library import (
    Changes,
    Check,
    Checked,
    Follow,
    FoundPhoto,
    LibraryRequest,
    LibraryResult,
    Numbers,
    Scan,
    ScanPage,
    Survey,
)
from stillframe.contracts.messages import Echo, Request, Response
from stillframe.contracts.pixels import PixelFormat, Size
from stillframe.contracts.scenes import SceneRequest, SceneResult
from stillframe.contracts.shaders import ShaderRequest, ShaderResult
from stillframe.contracts.transitions import BakedTable, TransitionRequest, TransitionResult

SCENES = 6
PHOTOS_CAP = 900  # of a made-up folder: more than one page
DIRECTIONS = ("left", "right", "up", "down")
TABLE = Size(16, 2)  # of a baked transition, in texels
GHOSTS = 16
EPOCH_S = 1_700_000_000.0


@dataclass(frozen=True)
class Making:
    """What an answer is made of, besides its request; `ts_ns` is when the payload was written."""

    echo: Echo
    generation: int
    ts_ns: int
    rng: random.Random


def source_of_chance(kind: str, seed: int, request: Request) -> random.Random:
    """Return the randomness of one request: of what it asks, not of when and by whom."""
    changes: dict[str, Any] = {"seq": 0, "correlation_id": 0, "ts_req_ns": 0, "deadline_ns": 0}
    if hasattr(request, "slot"):
        changes["slot"] = None
    asked = msgspec.msgpack.encode(msgspec.structs.replace(request, **changes))
    return random.Random(b"%s %d " % (kind.encode(), seed) + asked)


def frame_size(request: Request) -> Size:
    """Return the size of the frame that a request of a kind with slots is answered with."""
    return request.target_size if isinstance(request, ImageRequest) else TABLE


def _image(request: ImageRequest, making: Making) -> ImageResult:
    assert request.slot is not None
    size = request.target_size
    return ImageResult(
        **making.echo,
        generation=making.generation,
        payload_size_bytes=size.pixels * 4,
        cache_key=request.cache_key,
        ratio_policy=request.ratio_policy,
        slot=request.slot,
        width=size.width,
        height=size.height,
        stride=size.width * 4,
        format=PixelFormat.RGBA8_PREMULTIPLIED,
        ts_ns=making.ts_ns,
        source_size=(making.rng.randrange(1, 8000), making.rng.randrange(1, 8000)),
    )


def _library(request: LibraryRequest, making: Making) -> LibraryResult:
    told: ScanPage | Changes | Numbers | Checked
    match request.ask:
        case Scan() as scan:
            told = _page(scan)
        case Follow(cursor=cursor):
            told = Changes(next_cursor=cursor)
        case Survey():
            told = Numbers(
                photos=PHOTOS_CAP,
                folders=1,
                size_bytes=0,
                described=0,
                broken=0,
                thinned=0,
                with_place=0,
            )
        case Check(max_items=max_items):
            told = Checked(checked=max_items)
    return LibraryResult(**making.echo, told=told)


def _page(scan: Scan) -> ScanPage:
    # A cursor is a place in the list, and the list depends on the root alone.
    rng = random.Random(scan.root)
    count = rng.randrange(1, PHOTOS_CAP)
    photos = [_photo(scan.root + b"/%04d.jpg" % n, rng) for n in range(count)]
    end = scan.cursor + scan.max_items
    return ScanPage(
        root=scan.root,
        photos=tuple(photos[scan.cursor : end]),
        next_cursor=end if end < count else 0,
    )


def _scene(request: SceneRequest, making: Making) -> SceneResult:
    return SceneResult(
        **making.echo,
        photo=_photo(request.folder + b"/%02d.jpg" % request.index, making.rng),
        index=request.index,
        scene_count=SCENES,
    )


def _photo(path: bytes, rng: random.Random) -> FoundPhoto:
    return FoundPhoto(path, rng.randrange(1, 10**7), rng.randrange(10**18))


def _mirror(request: FeedsRequest, making: Making) -> FeedsResult:
    policy = request.priority_policy
    items = [
        _item(source.url, number, request.ttl_hint_s, making.rng)
        for source in request.feeds
        for number in range(making.rng.randrange(1, policy.max_items_per_feed + 1))
    ]
    taken = min(request.max_items, MIRROR_PAGE_CAP_ITEMS)
    dropped = _dropped(items[taken:][:MIRROR_PAGE_CAP_ITEMS])
    return FeedsResult(**making.echo, items=tuple(items[:taken]), dropped=dropped)


def _candidates(request: FeedParseRequest, making: Making) -> FeedParseResult:
    count = making.rng.randrange(1, request.max_items + 1)
    items = [_item(request.url, n, request.ttl_hint_s, making.rng) for n in range(count)]
    return FeedParseResult(
        **making.echo, reading=Reading(items=tuple(items), dropped=(), feed_ttl_s=900.0)
    )


def _item(source: str, number: int, ttl_s: float, rng: random.Random) -> ImageMetadata:
    return ImageMetadata(
        url=f"{source}/{number}.jpg",
        title=f"Photo {number}",
        ts_s=EPOCH_S + rng.randrange(10**6),
        priority=rng.randrange(101),
        ttl_s=ttl_s,
        source=source,
    )


def _dropped(items: list[ImageMetadata]) -> tuple[DroppedItem, ...]:
    return tuple(DroppedItem(url=item.url, reason=DropReason.OVER_LIMIT) for item in items)


def _bars(request: AudioRequest, making: Making) -> AudioResult:
    bins = BinsHandle(
        offset_bytes=4096,
        bar_count=request.window.bar_count,
        ghost_count=GHOSTS if request.ghosting_cfg.enabled else 0,
        channel_count=2,
    )
    return AudioResult(
        **making.echo,
        generation=making.generation,
        bins=bins,
        beat_offset_bytes=8192,
        ts_ns=making.ts_ns,
    )


def _bake(request: TransitionRequest, making: Making) -> TransitionResult:
    assert request.slot is not None
    last = request.direction_history[-1:]
    return TransitionResult(
        **making.echo,
        generation=making.generation,
        payload_size_bytes=TABLE.pixels * 4,
        transition_type=request.transition_type,
        direction=making.rng.choice([word for word in DIRECTIONS if word not in last]),
        slot=request.slot,
        tables=(BakedTable(name="mask", offset_bytes=0, columns=TABLE.width, rows=TABLE.height),),
    )


def _shader(request: ShaderRequest, making: Making) -> ShaderResult:
    baked = f"/cache/{request.name}-{making.rng.randrange(2**32):08x}.qsb"
    return ShaderResult(**making.echo, path=baked.encode(), messages="")


def _rhythm(request: AnalysisRequest, making: Making) -> AnalysisResult:
    heard_s = request.cursor / 48_000 + 10
    beats_s = tuple(heard_s - 10 + beat / 2 for beat in range(making.rng.randrange(1, 20)))
    return AnalysisResult(
        **making.echo,
        onsets_s=beats_s,
        beats_s=beats_s,
        tempo_bpm=120.0,
        heard_s=heard_s,
        length_s=600.0,
        next_cursor=round(heard_s * 48_000),
    )


ANSWERS: Mapping[str, Callable[[Any, Making], Response]] = {
    "images": _image,
    "library": _library,
    "scenes": _scene,
    "feeds": _mirror,
    "feedparse": _candidates,
    "audio": _bars,
    "analysis": _rhythm,
    "transitions": _bake,
    "shaders": _shader,
}
