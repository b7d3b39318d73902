"""What a worker is, seen from the loop.

Role: the few methods that a new kind of worker writes. Counterpart: `workers.loop` calls them, in
this order: `start`, `warm_up`, then `handle`, `live` and `configure` in any order, then `close`.
Between the first two, the process is confined to its sandbox.
"""

import abc
from collections.abc import Callable, Mapping
from typing import ClassVar, Generic, Self, TypeVar

from stillframe.contracts.control import FromWorker, Lack, SettingValue, Start
from stillframe.contracts.messages import Request, Response
from stillframe.contracts.wire import Protocol

Req = TypeVar("Req", bound=Request)
Res = TypeVar("Res", bound=Response)


class Handler(abc.ABC, Generic[Req, Res]):
    """One kind of worker.

    Attributes:
        name: the kind, as it stands in requests and logs.
        protocol: its request, its result and their cap.
    """

    name: ClassVar[str]
    protocol: ClassVar[Protocol]
    say: Callable[[FromWorker], None]
    """Sends the supervisor something that is no answer; there from `warm_up` on."""

    @property
    def lacks(self) -> tuple[Lack, ...]:
        """What this worker could do if more were installed, once it is warm."""
        return ()

    @classmethod
    def start(cls, start: Start) -> Self:
        """Take the settings and whatever must be opened, and import all that will be needed.

        After this, files outside the sandbox are out of reach. No thread may be started here: the
        sandbox does not bind those that are older.

        Raises:
            ValueError: for settings or a grant that cannot work.
            OSError: for a resource that cannot be had.
        """
        del start
        return cls()

    @abc.abstractmethod
    def handle(self, request: Req) -> Res:
        """Fulfil one request.

        Raises:
            FaultError: to refuse it; the worker goes on. Anything else ends the worker.
        """

    def warm_up(self) -> None:
        """Run once what requests will run, confined already, so that the first is not slow."""

    def live(self, wake: int, timeout_s: float) -> bool:
        """Do what goes on without being asked; return False at once if there is nothing of it.

        Args:
            wake: a descriptor; when it can be read, a message has come and this ends.
            timeout_s: the longest that this may take, for the heart must beat.
        """
        del wake, timeout_s
        return False

    def configure(self, settings: Mapping[str, SettingValue]) -> None:
        """Take new settings; by default none can change while running."""

    def close(self) -> None:
        """Let go of what `start` took."""
