"""Requests to each kind of worker, as short as tests write them."""

import os
from pathlib import Path
from typing import Any

import msgspec

from sound_server import write_tone
from stillframe.contracts.analysis import AnalysisRequest
from stillframe.contracts.audio import (
    AudioRequest,
    FloorConfig,
    GhostingConfig,
    SmoothingConfig,
    WindowConfig,
)
from stillframe.contracts.feedparse import FeedParseRequest
from stillframe.contracts.feeds import FeedSource, FeedsRequest
from stillframe.contracts.images import ImageRequest, Profile, RatioPolicy, SlotGrant
from stillframe.contracts.library import Follow, LibraryRequest, Scan, Survey
from stillframe.contracts.messages import Request
from stillframe.contracts.pixels import Size
from stillframe.contracts.scenes import SceneRequest
from stillframe.contracts.shaders import ShaderRequest
from stillframe.contracts.transitions import TransitionRequest

SIZE = Size(60, 40)


def addressed(request: Request, seq: int, slot: SlotGrant | None = None) -> Request:
    """Return a request as a supervisor sends it."""
    changes: dict[str, Any] = {"seq": seq}
    if slot is not None:
        changes["slot"] = slot
    return msgspec.structs.replace(request, **changes)


def common(worker: str) -> dict[str, Any]:
    """Return what every request to a worker begins with."""
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
        **common("images"),
        path=os.fsencode(path),
        target_size=size,
        profile=Profile(),
        cache_key=b"key",
        ratio_policy=RatioPolicy(),
    )


def question(ask: Scan | Follow | Survey) -> LibraryRequest:
    """Return a question to a library worker."""
    return LibraryRequest(**common("library"), ask=ask)


def scan(root: bytes | Path, cursor: int = 0) -> LibraryRequest:
    """Return a request for a page of a folder's photos."""
    return question(Scan(root=os.fsencode(root), cursor=cursor))


def follow(cursor: int = 0, patience_ms: int = 200) -> LibraryRequest:
    """Return a request for what has changed."""
    return question(Follow(cursor=cursor, patience_ms=patience_ms))


def paint(folder: Path, index: int = 0, size: Size = SIZE) -> SceneRequest:
    """Return a request to paint a scene."""
    return SceneRequest(**common("scenes"), folder=os.fsencode(folder), index=index, size=size)


def bake(source: str) -> ShaderRequest:
    """Return a request to bake a transition."""
    return ShaderRequest(**common("shaders"), name="swirl.glsl", source=source)


def gather(*urls: str, patience_ms: int = 0) -> FeedsRequest:
    """Return a question for what is new of some feeds."""
    sources = tuple(FeedSource(url=url) for url in urls)
    return FeedsRequest(**common("feeds"), feeds=sources, patience_ms=patience_ms)


def parse(body_bytes: int) -> FeedParseRequest:
    """Return a request to read so many bytes of a slot."""
    return FeedParseRequest(
        **common("feedparse"),
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


def hear(folder: Path, *, cursor: int = 0, seconds: float = 1) -> AnalysisRequest:
    """Return a request to listen to a file, of so many seconds if there is none yet."""
    path = folder / "tone.wav"
    if not path.exists():
        write_tone(path, hz=440, level=0.5, seconds=seconds)
    return AnalysisRequest(**common("analysis"), path=os.fsencode(path), cursor=cursor)


def listen(source: str, bars: int = 16, **changes: Any) -> AudioRequest:
    """Return a request to publish the bars of some sound."""
    return AudioRequest(
        **common("audio"),
        source=source,
        window=WindowConfig(bar_count=bars, **changes),
        smoothing=SmoothingConfig(),
        ghosting_cfg=GhostingConfig(),
        floor_config=FloorConfig(),
    )


def table(transition: str, size: Size = SIZE) -> TransitionRequest:
    """Return a request to bake a transition's table."""
    return TransitionRequest(
        **common("transitions"),
        transition_type=transition,
        params={},
        duration_s=1.0,
        direction_history=(),
        seed=3,
        size=size,
    )
