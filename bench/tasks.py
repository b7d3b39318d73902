"""A worker that does chores.

Role: the child of ours in `bench.recover`, started as `python -m bench.tasks`. Counterpart: the
same `bench.chore` in the peers' pools.
"""

import time
from typing import Annotated, ClassVar, Final, Self

import msgspec

from bench.chore import chore
from stillframe.contracts.control import Start
from stillframe.contracts.messages import Count, Request, Response, echo
from stillframe.contracts.wire import Protocol
from stillframe.workers import loop
from stillframe.workers.handler import Handler

NAME: Final = "tasks"


class TaskRequest(Request, frozen=True, kw_only=True, tag="tasks.request"):
    """Do a chore of so many milliseconds."""

    work_ms: Annotated[int, msgspec.Meta(ge=0, le=60_000)]


class TaskResult(Response, frozen=True, kw_only=True, tag="tasks.result"):
    """It is done, by this process."""

    pid: Count


PROTOCOL: Final = Protocol(TaskRequest, TaskResult, cap_bytes=4096)


class TaskHandler(Handler[TaskRequest, TaskResult]):
    """Does one chore after another."""

    name: ClassVar[str] = NAME
    protocol: ClassVar[Protocol] = PROTOCOL

    @classmethod
    def start(cls, start: Start) -> Self:
        """Be ready at once."""
        del start
        return cls()

    def handle(self, request: TaskRequest) -> TaskResult:
        """Do the chore."""
        pid = chore(request.work_ms)
        return TaskResult(**echo(request, time.monotonic_ns()), pid=pid)


if __name__ == "__main__":
    raise SystemExit(loop.main(TaskHandler))
