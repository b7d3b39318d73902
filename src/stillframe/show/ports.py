"""What the show needs of those around it: the supervisor's engine, and the player's stage.

Role: the protocols at the show's edges. Counterpart: `supervision.supervisor` is the engine,
`player.stage` and `player.gallery` are stages; tests have their own.
"""

from typing import Protocol

from stillframe.cache.frames import CachedFrame
from stillframe.contracts.messages import Asking
from stillframe.show.effect import Effect
from stillframe.show.script import Appearance
from stillframe.supervision.events import Command, Event


class Asker(Protocol):
    """Who takes requests; both calls return at once."""

    def asking(self, worker: str) -> Asking:
        """Return what a new request begins with."""

    def post(self, command: Command) -> None:
        """Hand over a command."""


class Engine(Asker, Protocol):
    """What the runtime needs of the supervisor."""

    def next_seq(self) -> int:
        """Return a fresh sequence number."""

    def take(self) -> Event | None:
        """Return the oldest event, or None."""


class Stage(Protocol):
    """What the runtime needs of the player."""

    def upload(self, frame: CachedFrame) -> None:
        """Bring a frame into a texture off screen; report `Uploaded` when it is there."""

    @property
    def dressed(self) -> bool:
        """Whether what `dress` was given last can begin without a hitch."""

    def dress(self, effect: Effect) -> None:
        """Make the next transition ready, while nothing moves."""

    def present(self, key: bytes, appearance: Appearance, effect: Effect | None) -> None:
        """Bring the uploaded frame on, by an effect if it is a transition.

        Report `TransitionEnded` when it stands alone.
        """

    def hurry(self) -> None:
        """Bring the transition that plays to its end at once; report it as ever."""

    def wake_at(self, at_ns: int, *, on_beat: bool) -> None:
        """Report `TimePassed` then, or with a beat soon after; forget the time set before."""
