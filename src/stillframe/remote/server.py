"""The show's end of the control socket.

Role: answers whoever asks how the show is, and passes on what a person wants of it. Counterpart:
`remote.client`; `app` gives it the `Desk` that knows and does.

Guarantees:
- Nothing here waits: the thread that serves has workers to look after.
- Only this user and root are served; the kernel says who is there.
- At most `CONNECTIONS_CAP` conversations. One more ends the one that has been silent longest.
- Whoever says anything but a message is hung up on, and told why if it was no longer than one; so
  is whoever does not read.
"""

import contextlib
import os
import select
import socket
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from stillframe.contracts.errors import ContractError
from stillframe.contracts.remote import (
    Act,
    AskStatus,
    Done,
    FromShow,
    Intent,
    PardonInputs,
    Refusal,
    RestartWorker,
    Status,
    ToShow,
)
from stillframe.contracts.status import ShowStatus
from stillframe.remote.address import ShowAddress, listen, make_folder, reclaim
from stillframe.remote.channels import show_end
from stillframe.transport.channel import Channel, ChannelClosedError, ChannelFullError

# A live view, a command or two beside it, and room for those that were forgotten.
CONNECTIONS_CAP: Final = 8
# Those who wait to be accepted; beyond, a caller is told at once that it is too many.
_BACKLOG: Final = 32
_CREDENTIALS: Final = struct.Struct("3i")  # pid, uid, gid: see unix(7), SO_PEERCRED
# Taken at once from one caller, so that one that never stops talking keeps nobody waiting.
_MESSAGES_AT_ONCE: Final = 8


class Desk(Protocol):
    """Who knows and does what callers ask for."""

    def status(self) -> ShowStatus:
        """Return how the show is."""

    def act(self, intent: Intent) -> None:
        """Do what a person wants, soon."""

    def restart(self, worker: str) -> None:
        """Replace a worker's process.

        Raises:
            ValueError: if there is no such worker.
        """

    def pardon(self) -> None:
        """Forget every quarantined input."""


@dataclass(frozen=True)
class _Caller:
    channel: Channel[FromShow, ToShow]
    descriptor: int


class Server:
    """The control socket of this process. Made, served and closed on one thread at a time."""

    def __init__(self, folder: Path, desk: Desk) -> None:
        """Listen in `folder`, under this process's number.

        Raises:
            OSError: if the folder is not ours alone, or the system cannot.
        """
        make_folder(folder)
        reclaim(folder)
        self._desk = desk
        self.address = ShowAddress(folder, os.getpid())
        self._listener = listen(self.address, backlog=_BACKLOG)
        self._callers: dict[int, _Caller] = {}  # the one that was silent longest first
        # One descriptor for all of them: whoever watches it need not know who calls.
        self._poll = select.epoll()
        self._poll.register(self._listener, select.EPOLLIN)

    def fileno(self) -> int:
        """Return a descriptor that can be read when there is something to serve."""
        return self._poll.fileno()

    def serve(self, now_ns: int = 0) -> None:
        """Do what callers ask for; returns at once."""
        del now_ns
        for descriptor, _ in self._poll.poll(0):
            if descriptor == self._listener.fileno():
                self._accept()
            elif descriptor in self._callers:
                self._hear(self._callers[descriptor])

    def close(self) -> None:
        """Hang up on everybody and give the name back."""
        for caller in tuple(self._callers.values()):
            self._hang_up(caller)
        self._poll.close()
        self._listener.close()
        with contextlib.suppress(OSError):
            self.address.path.unlink()

    def _accept(self) -> None:
        try:
            sock, _ = self._listener.accept()
        except OSError:  # it is gone again, or we have no descriptor left for it
            return
        if not _may_call(sock):
            sock.close()
            return
        while len(self._callers) >= CONNECTIONS_CAP:
            self._hang_up(next(iter(self._callers.values())))
        caller = _Caller(show_end(sock), sock.fileno())
        self._callers[caller.descriptor] = caller
        self._poll.register(caller.descriptor, select.EPOLLIN)

    def _hear(self, caller: _Caller) -> None:
        self._callers[caller.descriptor] = self._callers.pop(caller.descriptor)
        try:
            for _ in range(_MESSAGES_AT_ONCE):
                message = caller.channel.receive()
                if message is None:
                    return
                caller.channel.send(self._answer(message))
        except (ChannelClosedError, ChannelFullError):
            self._hang_up(caller)
        except ContractError as error:
            with contextlib.suppress(ChannelClosedError, ChannelFullError):
                caller.channel.send(Refusal(detail=str(error)[:1024]))
            self._hang_up(caller)

    def _answer(self, message: ToShow) -> FromShow:
        match message:
            case AskStatus():
                return Status(show=self._desk.status())
            case Act(intent=intent):
                self._desk.act(intent)
            case PardonInputs():
                self._desk.pardon()
            case RestartWorker(worker=worker):
                try:
                    self._desk.restart(worker)
                except ValueError as error:
                    return Refusal(detail=str(error)[:1024])
        return Done()

    def _hang_up(self, caller: _Caller) -> None:
        del self._callers[caller.descriptor]
        with contextlib.suppress(OSError):  # an ended channel has closed its socket already
            self._poll.unregister(caller.descriptor)
        caller.channel.close()


def _may_call(sock: socket.socket) -> bool:
    raw = sock.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
    _, uid, _ = _CREDENTIALS.unpack(raw)
    return uid in (0, os.getuid())
