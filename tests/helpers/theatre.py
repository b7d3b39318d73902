"""A model of everything around the director: an engine, a stage, a clock and a person.

The model keeps the engine's promises (one answer to each request, a cancelled one may still be
answered) and the stage's, and refuses at once what the director may never do.
"""

import random
from dataclasses import replace

from leases import lease
from stillframe.cache.frames import CachedFrame, FrameCache
from stillframe.contracts.images import Profile
from stillframe.contracts.pixels import Size
from stillframe.library.photos import Photo
from stillframe.library.timeline import Timeline
from stillframe.show import script
from stillframe.show.director import RESIZE_SETTLE_NS, Director, Pace
from stillframe.show.memory import SLOTS_BESIDE_LOOK_AHEAD
from stillframe.show.script import Action, Appearance, Cue
from stillframe.transport.arena import Lease

INTERVAL_NS = 10_000_000_000
SLOT_BYTES = 100
SIZES = (Size(4, 3), Size(8, 6), Size(3, 4))


class Theatre:
    """A director at work. Whatever it says is checked and remembered."""

    def __init__(self, seed: int, look_ahead: int) -> None:
        """Prepare; the cache is as large as the product makes it."""
        self.frames_cap = look_ahead + SLOTS_BESIDE_LOOK_AHEAD
        self.director = Director(
            Timeline(random.Random(seed)),
            FrameCache(self.frames_cap * SLOT_BYTES),
            profile=Profile(),
            pace=Pace(INTERVAL_NS, look_ahead),
        )
        self.now_ns = 0
        self.size: Size | None = None
        self.photos: list[Photo] = []
        self.gone: set[bytes] = set()
        self._made_of: dict[int, Photo] = {}  # by the frame's generation
        self.broken: set[Photo] = set()
        self.asked: list[script.Decode] = []
        self.alive: dict[int, Lease] = {}  # by generation
        self._leases = 0
        self.front: CachedFrame | None = None
        self.back: CachedFrame | None = None
        self.back_is_uploaded = False
        self.moving = self.hurried = False
        self.presented: list[script.Present] = []
        self.skipped: list[Photo] = []
        self.alarm_ns: int | None = None

    def cue(self, cue: Cue) -> None:
        """Give a cue and perform what follows."""
        for action in self.director.cue(cue, self.now_ns):
            self._perform(action)
        assert len(self.alive) <= self.frames_cap + 1, "a slot is always left to write into"

    # What the world does.

    def find(self, count: int, *, broken: bool) -> None:
        """Find so many new photos."""
        first = len(self.photos)
        found = [Photo(b"%d" % number) for number in range(first, first + count)]
        self.photos += found
        self.broken |= set(found) if broken else set()
        self.cue(script.Found(tuple(found)))

    def spoil(self, number: int) -> None:
        """Let a photo's file be gone from now on."""
        self.broken |= set(self.photos[number : number + 1])

    def change(self, number: int) -> None:
        """Let a photo have other contents from now on, which can be shown."""
        for old in self.photos[number : number + 1]:
            new = replace(old, size_bytes=old.size_bytes + 1)
            self.photos[number] = new
            self.gone.discard(new.path)
            self.cue(script.Found((new,)))

    def vanish(self, number: int) -> None:
        """Let a photo's file be gone, and the show be told."""
        for photo in self.photos[number : number + 1]:
            self.gone.add(photo.path)
            self.cue(script.Vanished((photo.path,)))

    def answer(self, number: int, *, miss: bool = False) -> None:
        """Let the engine answer one of what it was asked for."""
        if not self.asked:
            return
        request = self.asked.pop(number % len(self.asked))
        if miss:
            self.cue(script.FrameMissed(request.key))
        elif request.photo in self.broken or request.photo.path in self.gone:
            self.broken.add(request.photo)
            self.cue(script.FrameRefused(request.key, "not-found", "gone"))
        else:
            self._leases += 1
            self.alive[self._leases] = lease(self._leases)
            self._made_of[self._leases] = request.photo
            self.cue(script.FrameArrived(request.key, self.alive[self._leases], SLOT_BYTES))

    def upload(self) -> None:
        """Let the stage have uploaded what it was given."""
        if self.back is not None and not self.back_is_uploaded:
            self.back_is_uploaded = True
            self.cue(script.Uploaded(self.back.key))

    def finish(self) -> None:
        """Let what moves come to rest."""
        if self.moving:
            self.moving = False
            self.front, self.back, self.back_is_uploaded = self.back, None, False
            assert self.front is not None
            self.cue(script.TransitionEnded(self.front.key))

    def wait(self, duration_ns: int) -> None:
        """Let time pass; the alarm rings if it was set for then."""
        self.now_ns += duration_ns
        if self.alarm_ns is not None and self.alarm_ns <= self.now_ns:
            self.alarm_ns = None
            self.cue(script.TimePassed())

    def resize(self, number: int) -> None:
        """Change the window's size."""
        self.size = SIZES[number % len(SIZES)]
        self.cue(script.SurfaceChanged(self.size))

    def end(self) -> None:
        """End the show; every frame must come back, late ones included."""
        for action in self.director.end():
            assert isinstance(action, script.Release)
            self._give_back(action.frame)
        while self.asked:
            self.answer(0)
        assert not self.alive

    # A world in which all goes well.

    def calm(self, rounds: int) -> None:
        """Let everything be answered, uploaded and finished, so many intervals long."""
        if self.director.paused:
            self.cue(script.PauseToggled())
        self.cue(script.DecoderChanged(available=True))
        for _ in range(rounds):
            self._come_to_rest()
            self.wait(RESIZE_SETTLE_NS)
            self._come_to_rest()
            self.wait(INTERVAL_NS)
        self._come_to_rest()

    def _come_to_rest(self) -> None:
        for _ in range(20 + 4 * len(self.photos)):
            if not (self.asked or self.moving or (self.back and not self.back_is_uploaded)):
                return
            self.answer(0)
            self.upload()
            self.finish()
        raise AssertionError("the director never comes to rest")

    # What the director may say.

    def _perform(self, action: Action) -> None:
        match action:
            case script.Decode():
                assert action.key not in [request.key for request in self.asked]
                assert action.target == self.size
                self.asked.append(action)
            case script.Release(frame=frame):
                self._release(frame)
            case script.Upload(frame=frame):
                assert not self.moving, "a texture is uploaded while the screen is at rest"
                assert self.alive[frame.generation] is frame.lease
                self.back, self.back_is_uploaded = frame, False
            case script.Present():
                self._present(action)
            case script.Hurry():
                assert self.moving, "there is something to be quick about"
                assert not self.hurried, "it is said once"
                self.hurried = True
            case script.WakeAt(at_ns=at_ns):
                assert at_ns > self.now_ns
                self.alarm_ns = at_ns
            case script.Skipped(photo=photo):
                assert photo in self.broken
                self.skipped.append(photo)
            case script.NothingToShow():
                there = {photo for photo in self.photos if photo.path not in self.gone}
                assert there <= set(self.skipped)
            case script.Forget(key=key):
                assert key in [request.key for request in self.asked]

    def _present(self, action: script.Present) -> None:
        assert not self.moving, "the transition before has not ended"
        assert self.back is not None
        assert self.back_is_uploaded
        assert self.back.key == action.key
        if action.appearance is Appearance.CUT:
            assert self.presented
            assert self.presented[-1].photo == action.photo, "only a redraw is not to be seen"
        if action.appearance is Appearance.TRANSITION:
            assert self._made_of[self.back.generation] in self.photos, "never an old content"
            assert action.photo.path not in self.gone, "never what has vanished"
        self.moving, self.hurried = True, False
        self.presented.append(action)

    def _release(self, frame: CachedFrame) -> None:
        seen = [self.front, self.back] if self.moving else [self.front]
        assert frame.generation not in [f.generation for f in seen if f is not None]
        self._give_back(frame)

    def _give_back(self, frame: CachedFrame) -> None:
        assert self.alive.pop(frame.generation) is frame.lease, "it is given back once"
