"""The two families of error: what a worker says, and what its parent suffers.

Role: a worker that refuses an input *says* so with a `Fault`, which is data and travels in a
`Failure` message. A parent that cannot get or trust an answer *suffers* a `ContractError`, which
is an exception and stays in the process that raised it. Counterpart: `contracts.codec` raises the
second kind; `workers.loop` turns `FaultError` into the first.

Guarantees: every error names its subject, its numbers and its cause, and survives pickling.
"""

import enum

import msgspec


class FaultKind(enum.StrEnum):
    """Why a worker refused a request; the value is the word in logs and reports."""

    NOT_FOUND = "not-found"
    NOT_READABLE = "not-readable"
    NOT_A_FILE = "not-a-file"
    EMPTY = "empty"
    UNSUPPORTED_FORMAT = "unsupported-format"
    TRUNCATED = "truncated"
    TOO_SMALL = "too-small"
    TOO_LARGE = "too-large"
    TOO_MANY_PIXELS = "too-many-pixels"
    DECODER_ERROR = "decoder-error"
    OUT_OF_MEMORY = "out-of-memory"
    DEADLINE = "deadline"
    IO_ERROR = "io-error"
    BAD_REQUEST = "bad-request"
    PARSE_TIMEOUT = "parse-timeout"
    NO_DEVICE = "no-device"


class Fault(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A worker's typed refusal.

    Attributes:
        kind: the reason, from a closed set.
        detail: one sentence for a person, with the subject and the numbers.
        actual: the number that broke a limit, 0 where no limit was involved.
        limit: the limit, in the same unit as `actual`.
    """

    kind: FaultKind
    detail: str
    actual: int = 0
    limit: int = 0


class FaultError(Exception):
    """Raised inside a worker to end a request with a `Fault`; never crosses the boundary itself."""

    def __init__(self, kind: FaultKind, detail: str, actual: int = 0, limit: int = 0) -> None:
        super().__init__(kind, detail, actual, limit)
        self.fault = Fault(kind=kind, detail=detail, actual=actual, limit=limit)

    def __str__(self) -> str:
        return f"{self.fault.kind}: {self.fault.detail}"


class ContractError(Exception):
    """Something that crossed, or tried to cross, a process boundary broke the contract."""


class MessageTooLargeError(ContractError):
    """An encoded message is over its channel's cap."""

    def __init__(self, channel: str, size_bytes: int, cap_bytes: int) -> None:
        super().__init__(channel, size_bytes, cap_bytes)
        self.channel, self.size_bytes, self.cap_bytes = channel, size_bytes, cap_bytes

    def __str__(self) -> str:
        return (
            f"channel {self.channel}: message of {self.size_bytes} bytes is over the cap of "
            f"{self.cap_bytes} bytes; send less, or page it"
        )


class UnencodableMessageError(ContractError):
    """A message holds a value that the wire cannot carry, such as a number over 64 bits."""

    def __init__(self, channel: str, message: str, cause: str) -> None:
        super().__init__(channel, message, cause)
        self.channel, self.message, self.cause = channel, message, cause

    def __str__(self) -> str:
        return f"channel {self.channel}: {self.message} not sent: {self.cause}"


class MalformedMessageError(ContractError):
    """Received bytes are not one message of the channel's union."""

    def __init__(self, channel: str, size_bytes: int, cause: str) -> None:
        super().__init__(channel, size_bytes, cause)
        self.channel, self.size_bytes, self.cause = channel, size_bytes, cause

    def __str__(self) -> str:
        return f"channel {self.channel}: message of {self.size_bytes} bytes refused: {self.cause}"


class SlotHeaderError(ContractError):
    """A shared-memory slot's header does not describe what the slot can hold."""

    def __init__(self, slot: int, cause: str, actual: int = 0, limit: int = 0) -> None:
        super().__init__(slot, cause, actual, limit)
        self.slot, self.cause, self.actual, self.limit = slot, cause, actual, limit

    def __str__(self) -> str:
        return f"slot {self.slot}: {self.cause} (got {self.actual}, allowed {self.limit})"


class StaleSlotError(ContractError):
    """A slot's generation or sequence is not the one that was granted."""

    def __init__(self, slot: int, field: str, expected: int, actual: int) -> None:
        super().__init__(slot, field, expected, actual)
        self.slot, self.field, self.expected, self.actual = slot, field, expected, actual

    def __str__(self) -> str:
        return (
            f"slot {self.slot}: stale {self.field}: expected {self.expected}, found {self.actual}"
        )
