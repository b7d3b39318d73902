"""What the show does next: events in, commands out.

Role: the whole behaviour of a slideshow, sans IO; the clock is an argument and the timeline holds
the rng. Counterpart: `show.runtime` feeds it cues and performs its actions; `show.script` names
both.

Guarantees:
- A photo leaves the screen only for one that is uploaded: a failure, however often, leaves the
  old photo where it is.
- A photo that is refused is passed over once and the next candidate takes its place at once.
- What is on screen, what is coming on, and the look-ahead are pinned; each frame that leaves the
  cache, or arrives after the end, is released exactly once.
- Each cue is handled in time independent of the size of the library.
"""

from dataclasses import dataclass, replace
from typing import Final

from stillframe.cache.frames import CachedFrame, FrameCache, Promotion
from stillframe.cache.keys import photo_of, scaled_key
from stillframe.contracts.images import Pool, Profile
from stillframe.contracts.pixels import Size
from stillframe.contracts.status import CacheStatus, PoolCounts
from stillframe.library.photos import Photo
from stillframe.library.timeline import Timeline
from stillframe.show import script
from stillframe.show.script import Action, Appearance, Cue
from stillframe.transport.backlog import Urgency

# One in the worker's hands and one behind it: a longer line would only stand before what a person
# asks for meanwhile, and could overflow, which would only bring the same requests again.
ASKED_CAP: Final = 2
# A window that is being dragged changes size many times a second: only where it rests counts.
RESIZE_SETTLE_NS: Final = 200_000_000


@dataclass(frozen=True)
class Pace:
    """How the show is timed."""

    interval_ns: int
    look_ahead: int


@dataclass(frozen=True)
class _Staged:
    """What is to come on screen next."""

    photo: Photo
    key: bytes
    uploaded: bool = False


class Director:
    """A slideshow's mind."""

    def __init__(
        self, timeline: Timeline, cache: FrameCache, *, profile: Profile, pace: Pace
    ) -> None:
        """Prepare a show of what `timeline` will hold, keeping frames in `cache`."""
        self._timeline, self._cache = timeline, cache
        self._profile, self._pace = profile, pace
        self._size: Size | None = None
        self._settled_ns = 0  # when the surface has rested long enough
        self._shown_key = b""
        self._leaving_key = b""  # still on screen while the next one comes on
        self._staged: _Staged | None = None
        self._refused_redraw = b""
        self._moving: Appearance | None = None
        self._hurried = False
        self._heading = 0  # steps that a person asked for and that were not taken yet
        self._due_ns = 0
        self._paused = False
        self._sources_ended = False
        self._told_nothing = False
        self._decoder_available = True
        self._asked: dict[bytes, Photo] = {}
        self._outdated: set[bytes] = set()  # asked for before the photo's contents changed
        self._stale: set[bytes] = set()  # cached before that, and not let go of yet
        self._ended = False

    @property
    def paused(self) -> bool:
        """Whether the show stays where it is."""
        return self._paused

    @property
    def current(self) -> Photo | None:
        """The photo on screen, or coming on."""
        return self._timeline.current

    @property
    def coming(self) -> tuple[Photo, ...]:
        """The photo on screen, and those that come next."""
        return self._timeline.coming

    @property
    def rounds(self) -> int:
        """How many rounds of the folders' photos were shown to their end."""
        return self._timeline.rounds

    @property
    def pools(self) -> PoolCounts:
        """How many photos each pool has."""
        counts = self._timeline.counts
        return PoolCounts(local=counts[Pool.LOCAL], feed=counts[Pool.FEED])

    @property
    def cache(self) -> CacheStatus:
        """How full the cache is."""
        cache = self._cache
        return CacheStatus(
            entries=len(cache), used_bytes=cache.held_bytes, cap_bytes=cache.budget_bytes
        )

    def cue(self, cue: Cue, now_ns: int) -> tuple[Action, ...]:
        """Take one event and return what is to be done, in order."""
        if self._ended:
            return _turned_away(cue)
        actions = [*self._take(cue, now_ns), *self._go_on(now_ns)]
        return tuple(actions)

    def end(self) -> tuple[Action, ...]:
        """Let go of every frame, for good."""
        self._ended = True
        return tuple(_releases(self._cache.clear()))

    # Taking a cue in.

    def _take(self, cue: Cue, now_ns: int) -> list[Action]:
        match cue:
            case script.FrameArrived() | script.FrameRefused() | script.FrameMissed():
                return self._take_answer(cue)
            case script.SurfaceChanged(size=size):
                return self._resize(size, now_ns)
            case script.Uploaded() | script.TransitionEnded():
                self._take_stage_report(cue, now_ns)
            case script.Stepped(direction=direction):
                self._step(direction)
            case script.PauseToggled():
                self._pause(not self._paused, now_ns)
            case script.PauseSet(paused=paused):
                self._pause(paused, now_ns)
            case _:
                self._take_supply(cue)
        return []

    def _pause(self, paused: bool, now_ns: int) -> None:  # noqa: FBT001 - it is the state itself
        """Stay or go on; a photo that has just been let go on has its whole time before it."""
        if paused != self._paused:
            self._paused = paused
            self._due_ns = now_ns + self._pace.interval_ns

    def _take_supply(self, cue: Cue) -> None:
        match cue:
            case script.Found(photos=photos):
                for photo in self._timeline.add(photos):
                    self._invalidate(photo.path)
                self._told_nothing = self._sources_ended = False
            case script.Vanished(paths=paths):
                for path in paths:
                    self._timeline.remove(path)
                    self._invalidate(path)
                self._keep_heading()
            case script.SourcesEnded():
                self._sources_ended = True
            case script.DecoderChanged(available=available):
                self._decoder_available = available

    def _take_stage_report(
        self, cue: script.Uploaded | script.TransitionEnded, now_ns: int
    ) -> None:
        if isinstance(cue, script.TransitionEnded):
            if self._moving is Appearance.TRANSITION:
                self._due_ns = now_ns + self._pace.interval_ns
            self._moving, self._leaving_key = None, b""
        elif self._staged is not None and self._staged.key == cue.key:
            self._staged = replace(self._staged, uploaded=True)
            self._cache.promote(cue.key, Promotion.TEXTURE)

    def _take_answer(
        self, cue: script.FrameArrived | script.FrameRefused | script.FrameMissed
    ) -> list[Action]:
        photo = self._asked.pop(cue.key, None)
        if cue.key in self._outdated:
            self._outdated.remove(cue.key)
            return list(_turned_away(cue))
        if isinstance(cue, script.FrameArrived):
            return _releases(self._cache.put(_framed(cue)))
        if isinstance(cue, script.FrameMissed) or photo is None:
            return []
        if photo == self._timeline.current:
            self._refused_redraw = cue.key  # it is on screen, made for another size: it stays
        else:
            self._timeline.discard(photo)
            self._keep_heading()
        return [script.Skipped(photo, cue.reason, cue.detail)]

    def _keep_heading(self) -> None:
        """Forget steps that lead nowhere any more."""
        if self._timeline.at(self._heading) is None:
            self._heading = 0

    def _invalidate(self, path: bytes) -> None:
        """See to it that no frame that was made of a photo's old contents comes on screen."""
        self._outdated.update(key for key in self._asked if photo_of(key) == path)
        self._stale.update(self._cache.keys_of(path))
        if self._staged is not None and self._staged.key in self._stale:
            self._staged = None

    def _resize(self, size: Size, now_ns: int) -> list[Action]:
        if size == self._size:
            return []
        first = self._size is None
        self._size = size
        self._settled_ns = now_ns if first else now_ns + RESIZE_SETTLE_NS
        forgotten = [script.Forget(key) for key in self._asked]
        return list[Action](forgotten)

    def _step(self, direction: int) -> None:
        """Walk on from where earlier steps would have led, as far as the line goes."""
        self._timeline.expect(more=not self._sources_ended, needed=True)
        if self._timeline.at(self._heading + direction) is not None:
            self._heading += direction

    # Going on from there.

    def _go_on(self, now_ns: int) -> list[Action]:
        if self._size is None:
            return []
        if self._sources_ended and not len(self._timeline) and not self._told_nothing:
            self._told_nothing = True
            return [script.NothingToShow()]
        due = self._moving is None and now_ns >= self._due_ns
        self._timeline.expect(more=not self._sources_ended, needed=due or self._heading != 0)
        self._close_circle()
        actions: list[Action] = self._let_go_of_stale()
        wanted = self._wanted(now_ns)
        actions += self._ask_for(wanted, now_ns)
        actions += self._stage(wanted)
        actions += self._present(now_ns)
        actions += self._hurry()
        actions += _releases(self._cache.pin(self._needed(wanted)))
        actions += self._set_alarm(now_ns)
        return actions

    def _let_go_of_stale(self) -> list[Action]:
        """Release what was made of old contents; what is still to be seen stays till it leaves."""
        leaving = self._stale - {self._shown_key, self._leaving_key}
        self._stale -= leaving
        frames = (self._cache.remove(key) for key in sorted(leaving))
        return [script.Release(frame) for frame in frames if frame is not None]

    def _close_circle(self) -> None:
        """Take steps at once that lead to another place of the photo that is shown already."""
        if self._heading and self._timeline.at(self._heading) == self._timeline.current:
            self._timeline.move(self._heading)
            self._heading = 0

    def _wanted(self, now_ns: int) -> list[Photo]:
        """Return what should be decoded, the one that comes on screen next first."""
        current = self._timeline.current
        wanted: list[Photo] = []
        if self._surface_outgrown(now_ns) and current is not None and not self._heading:
            wanted.append(current)
        if self._heading < 0 and (photo := self._timeline.at(self._heading)) is not None:
            wanted.append(photo)
        first = max(1, self._heading)
        reach = first - 1 + self._pace.look_ahead
        wanted += self._timeline.ahead(reach)[first - 1 :]
        return wanted

    def _surface_outgrown(self, now_ns: int) -> bool:
        """Say whether what is shown was made for another size than the surface now rests at."""
        current = self._timeline.current
        if current is None or now_ns < self._settled_ns:
            return False
        return self._key(current) not in (self._shown_key, self._refused_redraw)

    def _ask_for(self, wanted: list[Photo], now_ns: int) -> list[Action]:
        if self._size is None or not self._decoder_available or now_ns < self._settled_ns:
            return []
        if self._moving is Appearance.TRANSITION and not self._heading:
            return []  # nobody waits for it, and a decoder would compete with what moves
        awaited = self._heading != 0 or not self._shown_key or now_ns >= self._due_ns
        actions: list[Action] = []
        for position, photo in enumerate(wanted):
            key = self._key(photo)
            if key in self._cache or key in self._asked or key == self._refused_redraw:
                continue
            if len(self._asked) >= ASKED_CAP:
                break
            self._asked[key] = photo
            urgent = awaited and position == 0
            urgency = Urgency.ON_SCREEN if urgent else Urgency.PREFETCH
            actions.append(script.Decode(photo, key, self._size, urgency))
        return actions

    def _stage(self, wanted: list[Photo]) -> list[Action]:
        """Upload the next photo while the screen is at rest, so that the transition only draws."""
        if self._moving or not wanted:
            return []
        staged = self._staged
        if staged is not None and self._heading and self._steps_to(staged.photo):
            return []  # who keeps pressing a key would have it begin anew each time
        photo = self._nearest_to(wanted[0])
        key = self._key(photo)
        if (staged is not None and staged.key == key) or key == self._shown_key:
            return []
        frame = self._cache.get(key) if key in self._cache else None
        if frame is None:
            return []
        self._staged = _Staged(photo, key)
        self._cache.promote(key, Promotion.IMAGE)
        return [script.Upload(frame)]

    def _nearest_to(self, wanted: Photo) -> Photo:
        """Return what is wanted, or the last photo on the way there that can be shown already."""
        toward = 1 if self._heading > 0 else -1
        for steps in range(self._heading, 0, -toward):
            photo = self._timeline.at(steps)
            if photo is not None and self._key(photo) in self._cache:
                return photo
        return wanted

    def _steps_to(self, photo: Photo) -> int:
        """Return how far a photo is on the way that a person goes, 0 if it is not there."""
        toward = 1 if self._heading >= 0 else -1
        way = range(self._heading or 1, 0, -toward)
        return next((steps for steps in way if self._timeline.at(steps) == photo), 0)

    def _hurry(self) -> list[Action]:
        """Cut short what moves, once, if a person waits for another photo."""
        if self._hurried or not self._heading or self._moving is not Appearance.TRANSITION:
            return []
        self._hurried = True
        return [script.Hurry()]

    def _present(self, now_ns: int) -> list[Action]:
        staged = self._staged
        if self._moving or staged is None or not staged.uploaded:
            return []
        redraw = staged.photo == self._timeline.current and not self._heading
        due = not self._paused and now_ns >= self._due_ns
        if not (redraw or due or self._heading or not self._shown_key):
            return []
        if not redraw:
            steps = self._steps_to(staged.photo)
            if not steps:
                return []  # a step came after this one was staged: the right one is on its way
            self._timeline.move(steps)
            self._heading -= steps if self._heading else 0
            self._refused_redraw = b""  # should that photo's turn come again, it is passed over
        self._hurried = False
        self._moving = Appearance.CUT if redraw else Appearance.TRANSITION
        self._leaving_key, self._shown_key, self._staged = self._shown_key, staged.key, None
        return [script.Present(staged.key, staged.photo, self._moving)]

    def _needed(self, wanted: list[Photo]) -> set[bytes]:
        """Return the keys that must stay: on screen, coming on, and the look-ahead."""
        needed = {self._key(photo) for photo in wanted} | {self._shown_key, self._leaving_key}
        if self._staged is not None:
            needed.add(self._staged.key)
        return needed

    def _set_alarm(self, now_ns: int) -> list[Action]:
        if now_ns < self._settled_ns:
            return [script.WakeAt(self._settled_ns)]
        if self._moving or self._paused or not self._shown_key or now_ns >= self._due_ns:
            return []
        return [script.WakeAt(self._due_ns, on_beat=True)]

    def _key(self, photo: Photo) -> bytes:
        size = self._size
        return b"" if size is None else scaled_key(photo.path, size, self._profile)


def _turned_away(cue: Cue) -> tuple[Action, ...]:
    """Give a frame back that arrives after the end."""
    if not isinstance(cue, script.FrameArrived):
        return ()
    return (script.Release(_framed(cue)),)


def _framed(cue: script.FrameArrived) -> CachedFrame:
    return CachedFrame(cue.key, cue.lease, cue.charge_bytes, looks=cue.looks)


def _releases(frames: tuple[CachedFrame, ...]) -> list[Action]:
    return [script.Release(frame) for frame in frames]
