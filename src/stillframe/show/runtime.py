"""Performs the show: carries words between the director, the engine and the stage.

Role: the only part of the interface's thread that talks to the supervisor. Counterpart:
`show.director` and `show.sources` decide; `supervision.supervisor` works; `player` draws.

Guarantees: every call returns at once; a wake-up takes at most `EVENTS_PER_WAKE` events, so that
a flood of answers cannot hold up a key press.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Final

import msgspec

from stillframe.contracts.caps import SHOWN_CAP_ITEMS
from stillframe.contracts.control import LogLevel
from stillframe.contracts.errors import FaultKind
from stillframe.contracts.feeds import FeedsResult
from stillframe.contracts.images import ImageRequest, ImageResult, Looks, Pool, Profile, RatioPolicy
from stillframe.contracts.library import (
    Changes,
    Checked,
    Follow,
    LibraryRequest,
    LibraryResult,
    Numbers,
    Scan,
    ScanPage,
)
from stillframe.contracts.messages import Asking, Request
from stillframe.contracts.pixels import Size
from stillframe.contracts.quarantine import Quarantined, WorkerInput
from stillframe.contracts.scenes import SceneRequest, SceneResult
from stillframe.contracts.status import PoolCounts
from stillframe.library.photos import Photo
from stillframe.show import noting, script
from stillframe.show.courier import Courier, Recipient
from stillframe.show.desk import ShowView
from stillframe.show.diary import Diary
from stillframe.show.director import Director
from stillframe.show.ears import Ears
from stillframe.show.gathering import NO_NETWORK, FeedPlan, Gathering
from stillframe.show.journal import Journal
from stillframe.show.memory import fit_target
from stillframe.show.ports import Engine, Stage
from stillframe.show.report import Tally
from stillframe.show.script import Action, Appearance, Cue
from stillframe.show.sources import Ask, PaintNext, SourceAction, Sources, Step, Tell
from stillframe.show.stagecraft import Stagecraft, TransitionPlan
from stillframe.supervision import events
from stillframe.supervision.events import Event, WorkerState
from stillframe.transport.arena import ArenaShape, Lease
from stillframe.transport.backlog import DropReason, Urgency

# Each takes 17 us of processor time, and no call may take a millisecond: 64 of them did, when a
# worker that floods had its words logged.
EVENTS_PER_WAKE: Final = 16
# An answer that comes later than this is of no use to a show that has moved on.
_ANSWER_TTL_NS: Final = 300_000_000_000
_FOLLOWING: Final = b"changes"


@dataclass(frozen=True)
class Plot:
    """What stays the same for a whole show.

    `feeds` is what is wanted of feeds, if there are any. `remember` gets every input that is
    quarantined, whenever that changes; it returns at once.
    """

    profile: Profile
    arena: ArenaShape
    scenes_folder: bytes
    scene_size: Size
    remember: Callable[[tuple[Quarantined, ...]], object]
    transitions: TransitionPlan
    rng: Random
    feeds: FeedPlan | None = None


class Runtime:
    """A show being performed."""

    def __init__(
        self,
        plot: Plot,
        *,
        director: Director,
        sources: Sources,
        engine: Engine,
        journal: Journal,
        age_ms: Callable[[], float],
    ) -> None:
        """Prepare; `age_ms` says how long ago the process began."""
        self._plot, self._director, self._sources = plot, director, sources
        self._engine, self._journal, self._age_ms = engine, journal, age_ms
        self._stage: Stage | None = None
        self._diary = Diary()
        self._courier: Courier | None = None
        self._ears: Ears | None = None
        self._surface = Size(1, 1)
        if plot.feeds is not None:
            self._courier = Courier(plot.feeds, engine, Gathering(), self._recipient)
        self._scenes: tuple[bytes, ...] = ()
        self._found_all = False
        self._unpainted: int | None = None  # a scene that waits for what the mirror has
        self.tally = Tally()
        self.stagecraft = Stagecraft(plot.transitions, engine, plot.rng, self.tally.fallbacks)
        self.view = ShowView()
        """The show at one moment, replaced whole: another thread reads it."""

    def begin(self, stage: Stage, ears: Ears | None = None) -> None:
        """Start looking for photos, to be shown on `stage`; `ears` get what is theirs."""
        self._stage, self._ears = stage, ears
        if self._courier is not None:
            self._courier.begin()
        self._follow(self._sources.begin())

    def surface(self, size: Size) -> Size:
        """Take the window's size in device pixels; return what frames are made for now."""
        target = fit_target(size, self._plot.arena.capacity_bytes)
        self._surface = target
        self.cue(script.SurfaceChanged(target))
        return target

    def cue(self, cue: Cue) -> None:
        """Let the director take a cue, and perform what it says."""
        if isinstance(cue, script.TransitionEnded):
            self.stagecraft.ended()
        for action in self._director.cue(cue, time.monotonic_ns()):
            self._perform(action)
        self._publish()

    def drain(self) -> bool:
        """Take what the engine has to say; True if there may be more."""
        for _ in range(EVENTS_PER_WAKE):
            event = self._engine.take()
            if event is None:
                return False
            self._take(event)
        return True

    def end(self) -> None:
        """Give every frame back; the stage may be gone by now, and hears nothing more."""
        self._stage = None
        for action in self._director.end():
            self._perform(action)
        self.stagecraft.close()

    def _publish(self) -> None:
        photo = self._director.current
        self.view = ShowView(
            photo=photo.name if photo else "",
            paused=self._director.paused,
            photos_shown=self.tally.photos_shown,
            skipped=tuple(self.tally.skipped.items()),
            cache=self._director.cache,
            pools=self._director.pools,
            shown=PoolCounts(local=self.tally.shown[Pool.LOCAL], feed=self.tally.shown[Pool.FEED]),
            notes=self._notes,
        )

    # What the director says.

    def _perform(self, action: Action) -> None:
        match action:
            case script.Decode():
                request, about = self._image_request(action), _input_of(action.photo)
                self._engine.post(events.Submit(request, action.key, action.urgency, about))
            case script.Forget(key=key):
                self._engine.post(events.Cancel("images", key))
            case script.Release(frame=frame):
                self._engine.post(events.Release("images", frame.lease.grant))
            case script.Skipped():
                self._pass_over(action)
            case script.NothingToShow():
                self._follow(self._sources.on_nothing_shown())
            case _ if self._stage is not None:
                self._perform_on(self._stage, action)

    def _perform_on(
        self, stage: Stage, action: script.Upload | script.Present | script.Hurry | script.WakeAt
    ) -> None:
        match action:
            case script.Upload(frame=frame):
                stage.upload(frame)
                if self.tally.photos_shown:  # the first one has none to come from: it fades in
                    self.stagecraft.prepare(self._surface)
                    self._dress()
            case script.Present():
                self._present(stage, action)
            case script.Hurry():
                stage.hurry()
            case script.WakeAt(at_ns=at_ns, on_beat=on_beat):
                stage.wake_at(at_ns, on_beat=on_beat)

    def _pass_over(self, skipped: script.Skipped) -> None:
        photo, reason = skipped.photo, skipped.reason
        self.tally.skipped[reason] += 1
        if photo.pool is Pool.FEED and self._courier is not None:
            self._courier.gathering.reject(photo.path)
        self._journal.note(
            "SHOW",
            "skipped",
            level=LogLevel.WARNING,
            photo=photo.name,
            reason=reason,
            detail=skipped.detail,
        )

    def _present(self, stage: Stage, action: script.Present) -> None:
        effect = None
        if action.appearance is Appearance.TRANSITION:
            effect = self.stagecraft.played(ready=stage.dressed)
            self.tally.played[effect.transition.id] += 1
            if self.tally.first_photo_ms is None:
                self.tally.first_photo_ms = self._age_ms()
            self.tally.transitions += self.tally.photos_shown > 0
            self.tally.photos_shown += 1
            self.tally.shown[action.photo.pool] += 1
            self._diary.note(action.photo, self._director.rounds)
        self._journal.note(
            "SHOW",
            action.appearance.value,
            photo=action.photo.name,
            by=effect.transition.id if effect else "cut",
        )
        stage.present(action.key, action.appearance, effect)

    def _dress(self) -> None:
        """Have the next transition made ready, if all that it needs is there."""
        planned = self.stagecraft.planned
        if planned is not None and self._stage is not None:
            self._stage.dress(planned)

    def _image_request(self, action: script.Decode) -> ImageRequest:
        return ImageRequest(
            **self._asking("images"),
            path=action.photo.path,
            target_size=action.target,
            profile=self._plot.profile,
            cache_key=action.key,
            ratio_policy=RatioPolicy(pool=action.photo.pool),
        )

    # What the sources say.

    def _follow(self, actions: tuple[SourceAction, ...]) -> None:
        for action in actions:
            match action:
                case Ask(question=question):
                    self._ask(question)
                case PaintNext(index=index):
                    self._paint(index)
                case Tell(text=text):
                    self._journal.note("SHOW", "sources", level=LogLevel.WARNING, note=text)
                case Step.ENDED:
                    self._found_all = True
                    self.cue(script.SourcesEnded())

    def _ask(self, question: Scan | Follow) -> None:
        key = question.root if isinstance(question, Scan) else _FOLLOWING
        if isinstance(question, Follow):
            question = msgspec.structs.replace(question, **self._diary.tell())
        request = LibraryRequest(**self._asking("library"), ask=question)
        self._submit(request, key, Urgency.PREFETCH)

    def _paint(self, index: int) -> None:
        """Paint, if the mirror has said that it has nothing to show instead."""
        if self._courier is not None and not self._courier.gathering.heard:
            self._unpainted = index
            return
        if self._director.pools.feed:
            self._sources.relieve()
            self._follow((Step.ENDED,))
            return
        request = SceneRequest(
            **self._asking("scenes"),
            folder=self._plot.scenes_folder,
            index=index,
            size=self._plot.scene_size,
        )
        self._submit(request, b"scene", Urgency.PREFETCH)

    def _asking(self, worker: str) -> Asking:
        now_ns = time.monotonic_ns()
        return Asking(
            seq=self._engine.next_seq(),
            correlation_id=self.tally.photos_shown,
            worker=worker,
            ts_req_ns=now_ns,
            deadline_ns=now_ns + _ANSWER_TTL_NS,
        )

    def _submit(self, request: Request, key: bytes, urgency: Urgency) -> None:
        self._engine.post(events.Submit(request, key, urgency))

    # What the engine says.

    def _take(self, event: Event) -> None:
        if self._courier is not None and self._courier.take(event):
            self._paint_after_all()
            return
        if self._is_for_others(event):
            return
        match event:
            case events.Completed():
                self._take_completed(event)
            case events.Refused():
                self._take_refused(event)
            case events.Dropped(request=request, reason=reason):
                if reason is not DropReason.STOPPED:
                    self.tally.dropped[request.worker] += 1
                self._take_dropped(request, reason)
            case events.WorkerChanged():
                self._take_worker(event)
            case events.Logged():
                noting.record(self._journal, event)
            case events.QuarantineChanged(entries=entries):
                self._plot.remember(entries)

    def _is_for_others(self, event: Event) -> bool:
        if self._ears is not None and self._ears.take(event):
            return True
        taken = self.stagecraft.take(event)
        if taken:
            self._dress()
        return taken

    def _take_completed(self, event: events.Completed) -> None:
        response = event.response
        if isinstance(event.request, ImageRequest) and isinstance(response, ImageResult):
            self._take_frame(event.request, event.lease, response.looks)
        elif isinstance(response, LibraryResult):
            self._take_told(response.told)
        elif isinstance(response, SceneResult):
            photos, following = self._sources.on_scene(response)
            self._scenes += tuple(photo.path for photo in photos)
            self.cue(script.Found(photos))
            self._follow(following)

    def _take_told(self, told: ScanPage | Changes | Numbers | Checked) -> None:
        match told:
            case ScanPage():
                photos, following = self._sources.on_page(told)
            case Changes():
                photos, following = self._sources.on_changes(told)
                if told.gone:
                    self.cue(script.Vanished(told.gone))
            case _:
                return  # nobody asked for numbers
        if photos:
            self.cue(script.Found(photos))
        self._follow(following)

    # What feeds bring.

    @property
    def _recipient(self) -> Recipient:
        return Recipient(
            news=self._take_news,
            tell=self._tell_of_feeds,
            wanted=lambda: tuple(
                dict.fromkeys(p.path for p in self._director.coming if p.pool is Pool.FEED)
            )[:SHOWN_CAP_ITEMS],
        )

    def _tell_of_feeds(self, text: str) -> None:
        self._journal.note("SHOW", "feeds", note=text)
        self._publish()

    @property
    def _notes(self) -> tuple[str, ...]:
        courier = self._courier
        offline = courier is not None and not courier.gathering.online
        heard = self._ears.note if self._ears else ""
        said = (NO_NETWORK if offline else "", heard, self.stagecraft.note)
        return tuple(filter(None, said))

    def _take_news(self, news: FeedsResult) -> None:
        found = tuple(
            Photo(item.cache_path, pool=Pool.FEED) for item in news.items if item.cache_path
        )
        if found:
            self.cue(script.Found(found))
            if self._director.pools.feed:  # what was found may be known as broken
                self._leave_scenes()
            if self._found_all:
                self.cue(script.SourcesEnded())
        if news.gone:
            self.cue(script.Vanished(news.gone))
        for drop in news.dropped:
            self._journal.note(
                "SHOW",
                "not taken",
                level=LogLevel.INFO,
                url=drop.url,
                reason=drop.reason.value,
                detail=drop.detail,
            )

    def _paint_after_all(self) -> None:
        """Paint what had to wait, if it need not any more."""
        if self._unpainted is not None:
            index, self._unpainted = self._unpainted, None
            self._paint(index)

    def _leave_scenes(self) -> None:
        """Show what is painted no more: there was nothing else, and now there is."""
        self._sources.relieve()
        if self._scenes:
            self._scenes, gone, self._found_all = (), self._scenes, True
            self.cue(script.Vanished(gone))

    def _take_frame(self, request: ImageRequest, lease: Lease | None, looks: Looks) -> None:
        if lease is None:
            detail = "the worker says that it is done, and gave no frame"
            self.cue(script.FrameRefused(request.cache_key, "bad-answer", detail))
            return
        noting.latency(self._journal, request, lease)
        size_bytes = self._plot.arena.slot_bytes
        self.cue(script.FrameArrived(request.cache_key, lease, size_bytes, looks))

    def _take_refused(self, event: events.Refused) -> None:
        request, said = event.request, f"{event.reason}: {event.detail}"
        match request:
            case ImageRequest(cache_key=key) if event.reason == "worker-failed":
                self.cue(script.DecoderChanged(available=False))
                self.cue(script.FrameMissed(key))
            case ImageRequest(cache_key=key):
                self.cue(script.FrameRefused(key, event.reason, event.detail))
            case LibraryRequest(ask=ask):
                self._follow(self._after_refusal(ask, event, said))
            case SceneRequest():
                self._follow(self._sources.on_scene_failed(said))

    def _take_dropped(self, request: Request, reason: DropReason) -> None:
        if reason in (DropReason.SUPERSEDED, DropReason.STOPPED):
            return  # a newer request goes on in its place, or nothing does
        match request:
            case ImageRequest(cache_key=key):
                self.cue(script.FrameMissed(key))
            case LibraryRequest(ask=Scan(root=root)):
                self._follow(self._sources.on_scan_failed(root, reason.value))
            case LibraryRequest():
                self._follow(self._sources.on_follow_failed(reason.value))
            case SceneRequest():
                self._follow(self._sources.on_scene_failed(reason.value))

    def _after_refusal(
        self, ask: object, event: events.Refused, said: str
    ) -> tuple[SourceAction, ...]:
        """Go on after the library worker could not answer.

        A new worker knows neither the cursors that the one before gave out nor its roots.
        """
        if event.fault is not None and event.fault.kind is FaultKind.BAD_REQUEST:
            return self._sources.on_lost(said)
        if isinstance(ask, Scan):
            return self._sources.on_scan_failed(ask.root, said)
        return self._sources.on_follow_failed(said)

    def _take_worker(self, event: events.WorkerChanged) -> None:
        self.tally.worker(event.worker, restarts=event.restarts, packages=event.packages)
        noting.worker(self._journal, event)
        if event.worker == "images" and event.state in (WorkerState.READY, WorkerState.FAILED):
            self.cue(script.DecoderChanged(available=event.state is WorkerState.READY))


def _input_of(photo: Photo) -> WorkerInput | None:
    """Return how a photo is known again, should workers die of it."""
    if not photo.size_bytes and not photo.mtime_ns:
        return None  # nothing tells its contents from others that this name may have
    return WorkerInput(photo.path, f"{photo.size_bytes}:{photo.mtime_ns}")
