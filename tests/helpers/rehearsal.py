"""A director without a stage: cues go in, and what it says comes out as short lines.

The photos are called a, b, c ... in the order in which the first round shows them. The clock is a
number that the test sets.
"""

import itertools
import random
import string

from leases import lease
from stillframe.cache.frames import FrameCache
from stillframe.cache.keys import scaled_key
from stillframe.contracts.images import Profile
from stillframe.contracts.pixels import Size
from stillframe.library.photos import Photo
from stillframe.library.timeline import Timeline
from stillframe.show import script
from stillframe.show.director import RESIZE_SETTLE_NS, Director, Pace
from stillframe.show.script import Action, Cue

INTERVAL_NS = 10_000_000_000
SLOT_BYTES = 100
SMALL, LARGE = Size(4, 3), Size(8, 6)
_SEED = 7


def photos_in_order(count: int) -> tuple[Photo, ...]:
    """Return photos that, found together, come on screen as a, b, c ..."""
    numbered = [Photo(b"%d" % number) for number in range(count)]
    trial = Timeline(random.Random(_SEED))
    trial.add(numbered)
    turns = {photo: turn for turn, photo in enumerate(trial.ahead(count))}
    return tuple(Photo(string.ascii_lowercase[turns[photo]].encode()) for photo in numbered)


def key(name: str, size: Size = SMALL) -> bytes:
    """Return the key of a photo's frame."""
    return scaled_key(name.encode(), size, Profile())


class Rehearsal:
    """A director, its clock, and a pen that writes its actions down."""

    def __init__(self, *, look_ahead: int = 2, slots: int = 6) -> None:
        """Prepare a show of no photos yet, with a cache of so many frames."""
        self.cache = FrameCache(slots * SLOT_BYTES)
        self.director = Director(
            Timeline(random.Random(_SEED)),
            self.cache,
            profile=Profile(),
            pace=Pace(INTERVAL_NS, look_ahead),
        )
        self.now_ns = 0
        self._generations = itertools.count(1)

    def cue(self, cue: Cue) -> list[str]:
        """Give a cue and return what the director says, alarms left out."""
        actions = self.director.cue(cue, self.now_ns)
        return [_line(action) for action in actions if not isinstance(action, script.WakeAt)]

    def alarm_ns(self) -> int | None:
        """Return the time for which the director asks to be woken now."""
        actions = self.director.cue(script.TimePassed(), self.now_ns)
        times = [action.at_ns for action in actions if isinstance(action, script.WakeAt)]
        return times[-1] if times else None

    def begin(self, count: int, size: Size = SMALL) -> list[str]:
        """Open the window and find so many photos."""
        self.cue(script.SurfaceChanged(size))
        return self.cue(script.Found(photos_in_order(count)))

    def arrive(self, *names: str, size: Size = SMALL) -> list[str]:
        """Let frames arrive; return what is said to the last."""
        said: list[str] = []
        for name in names:
            frame = lease(next(self._generations))
            said = self.cue(script.FrameArrived(key(name, size), frame, SLOT_BYTES))
        return said

    def refuse(self, name: str, size: Size = SMALL) -> list[str]:
        """Let a photo be refused."""
        return self.cue(script.FrameRefused(key(name, size), "empty", "0 bytes"))

    def miss(self, name: str, size: Size = SMALL) -> list[str]:
        """Let a request end without an answer about its photo."""
        return self.cue(script.FrameMissed(key(name, size)))

    def upload(self, name: str, size: Size = SMALL) -> list[str]:
        """Let the stage report that a frame is in a texture."""
        return self.cue(script.Uploaded(key(name, size)))

    def finish(self, name: str, size: Size = SMALL) -> list[str]:
        """Let the stage report that a photo stands alone on the screen."""
        return self.cue(script.TransitionEnded(key(name, size)))

    def step(self, direction: int) -> list[str]:
        """Press a key."""
        return self.cue(script.Stepped(direction))

    def resize(self, size: Size) -> list[str]:
        """Change the window's size."""
        return self.cue(script.SurfaceChanged(size))

    def settle(self) -> list[str]:
        """Let the time pass after which a new size counts."""
        return self.wait(RESIZE_SETTLE_NS)

    def wait(self, duration_ns: int = INTERVAL_NS) -> list[str]:
        """Let time pass and say so."""
        self.now_ns += duration_ns
        return self.cue(script.TimePassed())

    def open_with(self, count: int) -> None:
        """Play until photo a stands on the screen and what follows it is made ready."""
        self.begin(count)
        names = string.ascii_lowercase[: min(count, 3)]
        self.arrive(*names[:2])
        self.upload("a")
        self.finish("a")
        self.arrive(*names[2:])
        if count > 1:
            self.upload("b")


def _line(action: Action) -> str:
    match action:
        case script.Decode(photo=photo, target=target, urgency=urgency):
            line = f"decode {photo.name} {_size(target)} {urgency.name.lower()}"
        case script.Forget(key=name):
            line = f"forget {_short(name)}"
        case script.Release(frame=frame):
            line = f"release {_short(frame.key)}"
        case script.Upload(frame=frame):
            line = f"upload {_short(frame.key)}"
        case script.Present(key=name, appearance=appearance):
            line = f"{appearance.value} {_short(name)}"
        case script.Skipped(photo=photo, reason=reason):
            line = f"skipped {photo.name} {reason}"
        case script.Hurry():
            line = "hurry"
        case script.NothingToShow():
            line = "nothing to show"
        case script.WakeAt(at_ns=at_ns):
            line = f"wake {at_ns}"
    return line


def _size(size: Size) -> str:
    return f"{size.width}x{size.height}"


def _short(name: bytes) -> str:
    return name.decode().replace("|scaled:", " ")
