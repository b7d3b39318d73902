"""The fields that every request and every answer share.

Role: the base of each worker's messages. Counterpart: `supervision.ledger` reads only these
fields, so that it serves every kind of worker alike.
"""

from typing import Annotated, Final, TypedDict

import msgspec

from stillframe.contracts.caps import TEXT_CAP_CHARS
from stillframe.contracts.errors import Fault

WIRE_VERSION: Final = 1
"""Raised when an old peer could misread a new message; both sides refuse a mismatch at hello."""

Count = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
"""A counter, identifier or monotonic time in nanoseconds: never negative, fits 63 bits."""
Version = Annotated[int, msgspec.Meta(ge=1, le=65535)]
WorkerName = Annotated[str, msgspec.Meta(pattern=r"\A[a-z][a-z0-9_]{0,31}\Z")]
Text = Annotated[str, msgspec.Meta(max_length=TEXT_CAP_CHARS)]


class Request(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What every request carries.

    Attributes:
        seq: unique and rising within one supervisor; pairs the answer with the request.
        correlation_id: groups requests that serve one purpose, such as one photo on screen.
        worker: the kind that is asked.
        version: the wire version of the sender.
        ts_req_ns: when the request was made.
        deadline_ns: when its answer stops being useful.
    """

    seq: Count
    correlation_id: Count
    worker: WorkerName
    version: Version = WIRE_VERSION
    ts_req_ns: Count = msgspec.field(name="ts_req")
    deadline_ns: Count = msgspec.field(name="deadline")


class Response(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What every answer carries: the request's fields, and what became of it.

    Attributes:
        ts_res_ns: when the answer was made.
        generation: of the slot or table that holds the payload; 0 where there is none.
        payload_size_bytes: how large that payload is; 0 where there is none.
    """

    seq: Count
    correlation_id: Count
    worker: WorkerName
    version: Version = WIRE_VERSION
    ts_req_ns: Count = msgspec.field(name="ts_req")
    deadline_ns: Count = msgspec.field(name="deadline")
    ts_res_ns: Count = msgspec.field(name="ts_res")
    generation: Count = 0
    payload_size_bytes: Count = msgspec.field(name="payload_size", default=0)

    @property
    def ok(self) -> bool:
        """Whether the request was fulfilled; a `Failure` says no."""
        return True


class Asking(TypedDict):
    """The fields that every request begins with."""

    seq: int
    correlation_id: int
    worker: str
    ts_req_ns: int
    deadline_ns: int


class Echo(TypedDict):
    """The fields of an answer that repeat its request, and when it was made."""

    seq: int
    correlation_id: int
    worker: str
    ts_req_ns: int
    deadline_ns: int
    ts_res_ns: int


def echo(request: Request, ts_res_ns: int) -> Echo:
    """Return what every answer to `request` begins with."""
    return Echo(
        seq=request.seq,
        correlation_id=request.correlation_id,
        worker=request.worker,
        ts_req_ns=request.ts_req_ns,
        deadline_ns=request.deadline_ns,
        ts_res_ns=ts_res_ns,
    )


class Failure(Response, tag="failure", frozen=True, kw_only=True):
    """The typed error that stands in place of any worker's result."""

    error: Fault

    @property
    def ok(self) -> bool:
        """Never: a failure is the answer of a request that was refused."""
        return False
