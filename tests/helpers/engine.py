"""An engine and a stage for the runtime: two queues and a list, nothing behind them."""

import collections
import itertools
from typing import Any

from leases import lease
from stillframe.cache.frames import CachedFrame
from stillframe.contracts.errors import Fault, FaultKind
from stillframe.contracts.feeds import FeedsResult, ImageMetadata
from stillframe.contracts.images import ImageRequest, ImageResult
from stillframe.contracts.library import (
    Changes,
    Follow,
    FoundPhoto,
    LibraryRequest,
    LibraryResult,
    Numbers,
    Scan,
    ScanPage,
    SkippedFolder,
)
from stillframe.contracts.messages import Asking, Request
from stillframe.contracts.pixels import PixelFormat
from stillframe.contracts.scenes import SceneRequest, SceneResult
from stillframe.show.effect import Effect
from stillframe.show.script import Appearance
from stillframe.supervision import events
from stillframe.supervision.events import Command, Event, RefusalSource
from stillframe.transport.backlog import DropReason


class QueueEngine:
    """Keeps what is posted, and gives out what a test put in."""

    def __init__(self) -> None:
        self.posted: list[Command] = []
        self.events: collections.deque[Event] = collections.deque()
        self._numbers = itertools.count(1)
        self._generations = itertools.count(1)

    def next_seq(self) -> int:
        """Return a fresh number."""
        return next(self._numbers)

    def asking(self, worker: str) -> Asking:
        """Return what a request begins with."""
        seq = self.next_seq()
        return Asking(seq=seq, correlation_id=seq, worker=worker, ts_req_ns=1, deadline_ns=2**62)

    def post(self, command: Command) -> None:
        """Keep a command."""
        self.posted.append(command)

    def take(self) -> Event | None:
        """Give out the oldest event."""
        return self.events.popleft() if self.events else None

    def asked(self, worker: str) -> list[Request]:
        """Return the requests to one kind of worker, oldest first."""
        commands = [c.request for c in self.posted if isinstance(c, events.Submit)]
        return [request for request in commands if request.worker == worker]

    def questions(self) -> list[Scan | Follow]:
        """Return what the library worker was asked, oldest first."""
        asks = [r.ask for r in self.asked("library") if isinstance(r, LibraryRequest)]
        return [ask for ask in asks if isinstance(ask, Scan | Follow)]

    def last_question(self) -> LibraryRequest:
        """Return the newest request to the library worker."""
        request = self.asked("library")[-1]
        assert isinstance(request, LibraryRequest)
        return request

    def images(self) -> list[ImageRequest]:
        """Return the requests to the image worker."""
        return [r for r in self.asked("images") if isinstance(r, ImageRequest)]

    # What the workers answer.

    def page(self, *paths: bytes, cursor: int = 0) -> None:
        """Answer the newest question, which is about a root, with a page."""
        request = self.last_question()
        assert isinstance(request.ask, Scan)
        photos = tuple(FoundPhoto(path, 1, 1) for path in paths)
        self.answer(request, ScanPage(root=request.ask.root, photos=photos, next_cursor=cursor))

    def changes(
        self,
        *paths: bytes,
        gone: tuple[bytes, ...] = (),
        skipped: tuple[SkippedFolder, ...] = (),
        searching: bool = False,
    ) -> None:
        """Answer the newest question, which is about changes."""
        request = self.last_question()
        assert isinstance(request.ask, Follow)
        photos = tuple(FoundPhoto(path, 1, 1) for path in paths)
        cursor = request.ask.cursor + len(paths) + len(gone)
        told = Changes(
            photos=photos, gone=gone, skipped=skipped, searching=searching, next_cursor=cursor
        )
        self.answer(request, told)

    def answer(self, request: LibraryRequest, told: ScanPage | Changes | Numbers) -> None:
        """Answer a question to the library worker."""
        result = LibraryResult(**_answer_to(request), told=told)
        self.events.append(events.Completed(request, result, None))

    def feed_news(self, *paths: bytes, **fields: Any) -> None:
        """Answer the newest question about feeds with mirrored files."""
        request = self.asked("feeds")[-1]
        items = tuple(
            ImageMetadata(
                url=f"https://a.example/{number}",
                title="",
                ts_s=0.0,
                priority=1,
                ttl_s=60.0,
                source="https://a.example/",
                cache_path=path,
            )
            for number, path in enumerate(paths)
        )
        result = FeedsResult(**_answer_to(request), items=items, **({"dropped": ()} | fields))
        self.events.append(events.Completed(request, result, None))

    def scene(self, scene_count: int) -> None:
        """Answer the newest request for a scene."""
        request = self.asked("scenes")[-1]
        assert isinstance(request, SceneRequest)
        painted = FoundPhoto(b"/scenes/%d.png" % request.index, 1, 1)
        result = SceneResult(
            **_answer_to(request), photo=painted, index=request.index, scene_count=scene_count
        )
        self.events.append(events.Completed(request, result, None))

    def frame(self, request: ImageRequest) -> events.Completed:
        """Answer an image request with a frame."""
        leased = lease(next(self._generations))
        result = ImageResult(
            **_answer_to(request),
            cache_key=request.cache_key,
            ratio_policy=request.ratio_policy,
            slot=leased.grant,
            width=1,
            height=1,
            payload_size_bytes=4,
            stride=4,
            format=PixelFormat.RGBA8_PREMULTIPLIED,
            ts_ns=0,
            source_size=(1, 1),
        )
        completed = events.Completed(request, result, leased)
        self.events.append(completed)
        return completed

    def refuse(self, request: Request, kind: FaultKind, detail: str = "no") -> None:
        """Have a worker refuse a request."""
        fault = Fault(kind=kind, detail=detail)
        refused = events.Refused(request, kind.value, detail, RefusalSource.WORKER, fault)
        self.events.append(refused)

    def fail(self, request: Request, reason: str) -> None:
        """Have the supervisor refuse a request."""
        self.events.append(events.Refused(request, reason, "d", RefusalSource.SUPERVISOR))

    def drop(self, request: Request, reason: DropReason) -> None:
        """Have the supervisor drop a request."""
        self.events.append(events.Dropped(request, reason))


class RecordingStage:
    """Keeps what it is told; the test reports back when it likes."""

    def __init__(self) -> None:
        self.uploaded: list[CachedFrame] = []
        self.presented: list[tuple[bytes, Appearance]] = []
        self.effects: list[Effect | None] = []
        self.dressed_with: list[Effect] = []
        self.dressed = True
        self.hurried = 0
        self.wakes_ns: list[int] = []

    def upload(self, frame: CachedFrame) -> None:
        """Keep a frame."""
        self.uploaded.append(frame)

    def dress(self, effect: Effect) -> None:
        """Keep what comes next."""
        self.dressed_with.append(effect)

    def present(self, key: bytes, appearance: Appearance, effect: Effect | None) -> None:
        """Keep what is to be shown."""
        self.presented.append((key, appearance))
        self.effects.append(effect)

    def hurry(self) -> None:
        """Count how often it was to be quick."""
        self.hurried += 1

    def wake_at(self, at_ns: int, *, on_beat: bool) -> None:
        """Keep a time; no music plays here."""
        del on_beat
        self.wakes_ns.append(at_ns)


def _answer_to(request: Request) -> dict[str, int | str]:
    return {
        "seq": request.seq,
        "correlation_id": request.correlation_id,
        "worker": request.worker,
        "ts_req_ns": request.ts_req_ns,
        "deadline_ns": request.deadline_ns,
        "ts_res_ns": request.ts_req_ns,
    }
