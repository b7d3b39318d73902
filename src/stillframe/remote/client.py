"""Asking a running show.

Role: the commands' end of the control socket. Counterpart: `remote.server`.

Guarantees: each question ends in an answer or in a `RemoteError` that says what to do, within
`PATIENCE_S`.
"""

from pathlib import Path
from types import TracebackType
from typing import Final, Self

from stillframe.contracts.errors import ContractError
from stillframe.contracts.remote import AskStatus, FromShow, Refusal, Status, ToShow
from stillframe.contracts.status import ShowStatus
from stillframe.remote.address import ShowAddress, connect, running_shows
from stillframe.remote.channels import caller_end
from stillframe.transport.channel import ChannelClosedError, ChannelFullError

# A show answers in well under a millisecond; one that does not in this time is stuck.
PATIENCE_S: Final = 5.0


class RemoteError(Exception):
    """The show could not be asked, or would not."""


class NoShowError(RemoteError):
    """There is no show to ask."""

    def __init__(self, pid: int | None = None) -> None:
        which = "no show is running" if pid is None else f"no show runs as process {pid}"
        super().__init__(f"{which}: start one with `stillframe play`")


class Client:
    """A conversation with one show."""

    def __init__(self, address: ShowAddress) -> None:
        """Connect.

        Raises:
            NoShowError: if nobody listens.
            RemoteError: if too many call it.
        """
        try:
            self._channel = caller_end(connect(address))
        except BlockingIOError as error:
            busy = f"the show of process {address.pid} does not answer: too many ask at once"
            raise RemoteError(busy) from error
        except OSError as error:
            raise NoShowError(address.pid) from error
        self.address = address

    @classmethod
    def to(cls, folder: Path, pid: int | None = None) -> Self:
        """Connect to the newest show, or to the one of process `pid`.

        Raises:
            NoShowError: if there is none.
            RemoteError: if it cannot be asked.
        """
        for address in running_shows(folder):
            if pid in (None, address.pid):
                return cls(address)
        raise NoShowError(pid)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._channel.close()

    def ask(self, message: ToShow) -> FromShow:
        """Say something to the show and return its answer.

        Raises:
            RemoteError: if it refuses, ends, or does not answer.
        """
        pid = self.address.pid
        try:
            self._channel.send(message)
            if not self._channel.wait(PATIENCE_S):
                raise RemoteError(f"the show of process {pid} did not answer in {PATIENCE_S:g} s")
            answer = self._channel.receive()
        except (ChannelClosedError, ChannelFullError) as error:
            raise RemoteError(f"the show of process {pid} hung up: {error}") from error
        except ContractError as error:
            raise RemoteError(f"process {pid} speaks another version: {error}") from error
        match answer:
            case None:
                raise RemoteError(f"the show of process {pid} did not answer")
            case Refusal(detail=detail):
                raise RemoteError(detail)
        return answer

    def status(self) -> ShowStatus:
        """Return how the show is.

        Raises:
            RemoteError: if it does not say.
        """
        answer = self.ask(AskStatus())
        if not isinstance(answer, Status):
            raise RemoteError(f"process {self.address.pid} answered with {type(answer).__name__}")
        return answer.show
