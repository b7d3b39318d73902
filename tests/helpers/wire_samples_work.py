"""The samples of every worker's request and result, and of a failure."""

from typing import Any

import msgspec

from stillframe.contracts.analysis import AnalysisRequest, AnalysisResult
from stillframe.contracts.audio import (
    AudioRequest,
    AudioResult,
    BinsHandle,
    Face,
    FloorConfig,
    GhostingConfig,
    SmoothingConfig,
    ToneConfig,
    WindowConfig,
)
from stillframe.contracts.errors import Fault, FaultKind
from stillframe.contracts.feedparse import FeedParseRequest, FeedParseResult
from stillframe.contracts.feeds import (
    Body,
    DroppedItem,
    DropReason,
    FeedHealth,
    FeedKind,
    FeedSource,
    FeedsRequest,
    FeedsResult,
    FeedState,
    ImageMetadata,
    JsonFields,
    Parsed,
    PriorityPolicy,
    Reading,
)
from stillframe.contracts.images import (
    Colour,
    ImageRequest,
    ImageResult,
    Looks,
    Mode,
    Pool,
    Profile,
    RatioPolicy,
    SlotGrant,
)
from stillframe.contracts.library import (
    BrokenPhoto,
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
    SkippedFolder,
    Survey,
    Tally,
)
from stillframe.contracts.messages import WIRE_VERSION, Failure
from stillframe.contracts.pixels import PixelFormat, Size
from stillframe.contracts.scenes import SceneRequest, SceneResult
from stillframe.contracts.shaders import ShaderRequest, ShaderResult
from stillframe.contracts.transitions import BakedTable, TransitionRequest, TransitionResult

NOT_UTF8_PATH = b"/photos/\xff\xfe.jpg"
FEED_URL = "https://feeds.example/a.xml"
PHOTO = FoundPhoto(
    path=NOT_UTF8_PATH, size_bytes=4_000_000, mtime_ns=-1, seen=True, rank=b"\x00\xff"
)
SKIPPED = SkippedFolder(
    path=b"/photos/private",
    error=Fault(kind=FaultKind.NOT_READABLE, detail="cannot list", actual=3, limit=4),
)
DROPPED = DroppedItem(
    url="http://10.0.0.1/", reason=DropReason.SSRF_BLOCKED, detail="10.0.0.1 is private"
)


def work_samples() -> tuple[msgspec.Struct, ...]:
    """Return one sample of every request and every answer."""
    return (
        *_pictures(),
        *_library(),
        *_feeds(),
        *_sound(),
        *_recordings(),
        *_effects(),
        _failure(),
    )


def library_variants() -> dict[str, msgspec.Struct]:
    """Return the library's other questions and answers, by name."""
    asks = (
        Follow(cursor=2, patience_ms=250, shown=(NOT_UTF8_PATH,), round_over=True, max_items=100),
        Survey(),
        Check(cursor=2, max_items=100),
    )
    changes = Changes(
        photos=(PHOTO,),
        gone=(b"/photos/gone.jpg",),
        skipped=(SKIPPED,),
        searching=True,
        next_cursor=3,
    )
    numbers = Numbers(
        photos=200_000,
        folders=900,
        size_bytes=10**12,
        described=150_000,
        broken=7,
        thinned=11,
        with_place=5,
        first_taken_s=-1,
        last_taken_s=1_700_000_000,
        formats=(Tally("jpeg", 199_000),),
        cameras=(Tally("Canon EOS 5D", 12),),
        searching=True,
    )
    checked = Checked(
        checked=100, broken=(BrokenPhoto(path=NOT_UTF8_PATH, error=SKIPPED.error),), next_cursor=3
    )
    requests = {
        f"library.request.{_tag(ask)}": LibraryRequest(**_asked("library"), ask=ask) for ask in asks
    }
    results = {
        f"library.result.{_tag(told)}": LibraryResult(**_answered("library"), told=told)
        for told in (changes, numbers, checked)
    }
    return {**requests, **results}


def _tag(part: msgspec.Struct) -> str:
    return str(part.__struct_config__.tag)


def _library() -> tuple[msgspec.Struct, ...]:
    scan = Scan(root=b"/photos", cursor=2, max_items=100)
    page = ScanPage(root=b"/photos", photos=(PHOTO,), next_cursor=3)
    return (
        LibraryRequest(**_asked("library"), ask=scan),
        LibraryResult(**_answered("library"), told=page),
    )


def _asked(worker: str) -> dict[str, Any]:
    return {
        "seq": 11,
        "correlation_id": 300,
        "worker": worker,
        "version": WIRE_VERSION,
        "ts_req_ns": 123_000_000_000,
        "deadline_ns": 124_000_000_000,
    }


def _answered(worker: str) -> dict[str, Any]:
    return _asked(worker) | {
        "ts_res_ns": 123_500_000_000,
        "generation": 7,
        "payload_size_bytes": 33_177_600,
    }


def _failure() -> Failure:
    fault = Fault(
        kind=FaultKind.TOO_MANY_PIXELS,
        detail="30000 x 30000",
        actual=900_000_000,
        limit=268_435_456,
    )
    return Failure(**_answered("images"), error=fault)


def _pictures() -> tuple[msgspec.Struct, ...]:
    key = NOT_UTF8_PATH + b"|scaled:3840x2160"
    ratio = RatioPolicy(pool=Pool.FEED)
    slot = SlotGrant(index=3, generation=7)
    return (
        ImageRequest(
            **_asked("images"),
            path=NOT_UTF8_PATH,
            target_size=Size(3840, 2160),
            profile=Profile(mode=Mode.SHRINK, sharpen=True, colour=Colour.AS_IS, interest=True),
            cache_key=key,
            ratio_policy=ratio,
            slot=slot,
        ),
        ImageResult(
            **_answered("images"),
            cache_key=key,
            ratio_policy=ratio,
            slot=slot,
            width=3839,
            height=2160,
            stride=15360,
            format=PixelFormat.RGBA8_PREMULTIPLIED,
            ts_ns=123_456_789_012,
            looks=Looks(colours=(0xFF8040, 0x0080FF), interest=(250, 700)),
            source_size=(6000, 4000),
        ),
        SceneRequest(**_asked("scenes"), folder=b"/cache", index=4, size=Size(3840, 2160)),
        SceneResult(**_answered("scenes"), photo=PHOTO, index=4, scene_count=6),
    )


def _feeds() -> tuple[msgspec.Struct, ...]:
    item = ImageMetadata(
        url="https://img.example/a.jpg",
        title="Höhe",
        ts_s=1_700_000_000.5,
        priority=70,
        ttl_s=7200.0,
        source=FEED_URL,
        author="A. Painter",
        license="CC0",
        width=6000,
        height=4000,
        cache_path=b"/cache/a",
    )
    source = FeedSource(
        url=FEED_URL,
        weight=60,
        name="Höhen",
        kind=FeedKind.JSON,
        key="anna:secret",
        fields=JsonFields(
            items="photos[]",
            url="src.large",
            title="alt",
            ts="date",
            author="by.name",
            license="licence",
            width="w",
            height="h",
        ),
    )
    reading = Reading(
        items=(item,),
        dropped=(DROPPED,),
        title="Heights",
        feed_ttl_s=900.0,
        update_period_s=3600.0,
        skip_hours=(0, 23),
        skip_days=(6,),
        feeds=(FEED_URL,),
        problem=DropReason.HTML_NOT_FEED,
        detail="a page",
    )
    slot = SlotGrant(index=3, generation=7)
    body = Body(
        ticket=4,
        source=source,
        url=FEED_URL,
        content_type="application/atom+xml",
        size_bytes=50_000,
        sha256="ab" * 32,
    )
    health = FeedHealth(
        state=FeedState.FAILING,
        last_ok_s=1_700_000_000.5,
        next_due_s=1_700_003_600.0,
        failures=3,
        error=DropReason.HTTP_ERROR,
        detail="503",
        images=12,
    )
    return (
        FeedsRequest(
            **_asked("feeds"),
            feeds=(source,),
            max_items=20,
            ttl_hint_s=1800.0,
            priority_policy=PriorityPolicy(default_weight=40, max_items_per_feed=5),
            cursor=2,
            patience_ms=250,
            parsed=Parsed(ticket=3, reading=reading),
            wanted=(NOT_UTF8_PATH,),
            rejected=(b"/cache/b",),
            refresh=True,
            survey=True,
            slot=slot,
        ),
        FeedsResult(
            **_answered("feeds"),
            items=(item,),
            dropped=(DROPPED,),
            gone=(b"/cache/c",),
            next_cursor=5,
            body=body,
            busy=True,
            online=False,
            health=(health,),
        ),
        FeedParseRequest(
            **_asked("feedparse"),
            source=source,
            url=FEED_URL,
            content_type="application/atom+xml",
            slot=slot,
            body_bytes=50_000,
            max_items=20,
            ttl_hint_s=1800.0,
            priority=60,
            now_s=1_700_000_000.5,
        ),
        FeedParseResult(**_answered("feedparse"), reading=reading),
    )


def _sound() -> tuple[msgspec.Struct, ...]:
    return (
        AudioRequest(
            **_asked("audio"),
            source="file:/music/one.flac",
            face=Face.CLASSIC,
            tone=ToneConfig(
                stereo=False,
                low_hz=30.0,
                high_hz=12_000.0,
                a_weighting=False,
                equaliser_db=(-3.0, 0.0, 4.5),
                sensitivity=1.5,
            ),
            window=WindowConfig(bass_frames=4096, treble_frames=512, bar_count=32),
            smoothing=SmoothingConfig(attack_s=0.02, decay_s=0.3),
            ghosting_cfg=GhostingConfig(enabled=False, hold_s=0.5, decay_s=1.0),
            floor_config=FloorConfig(
                dynamic=False, minimum=0.2, maximum=3.0, manual=1.5, mid_weight=0.25
            ),
        ),
        AudioResult(
            **_answered("audio"),
            bins=BinsHandle(offset_bytes=4096, bar_count=32, ghost_count=16, channel_count=2),
            beat_offset_bytes=8192,
            ts_ns=123_456_789_012,
        ),
    )


def _recordings() -> tuple[msgspec.Struct, ...]:
    return (
        AnalysisRequest(**_asked("analysis"), path=b"/music/one.flac", cursor=480_000),
        AnalysisResult(
            **_answered("analysis"),
            onsets_s=(10.02, 10.5),
            beats_s=(10.0, 10.5, 11.0),
            tempo_bpm=120.0,
            heard_s=20.0,
            length_s=183.5,
            next_cursor=960_000,
        ),
    )


def _effects() -> tuple[msgspec.Struct, ...]:
    slot = SlotGrant(index=3, generation=7)
    return (
        TransitionRequest(
            **_asked("transitions"),
            transition_type="wipe",
            params={"softness": 0.25, "teeth": 12, "mirrored": True, "edge": "torn"},
            duration_s=1.5,
            direction_history=("left", "up"),
            seed=99,
            size=Size(3840, 2160),
            slot=slot,
        ),
        TransitionResult(
            **_answered("transitions"),
            transition_type="wipe",
            direction="right",
            slot=slot,
            tables=(BakedTable(name="mask", offset_bytes=64, columns=256, rows=2),),
        ),
        ShaderRequest(**_asked("shaders"), name="ripple", source="void main() {}"),
        ShaderResult(**_answered("shaders"), path=b"/cache/ripple.qsb", messages="baked"),
    )
