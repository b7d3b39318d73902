import copy
import inspect
import pickle

import msgspec
import pytest

from stillframe.contracts import errors
from stillframe.contracts.errors import (
    ContractError,
    Fault,
    FaultError,
    FaultKind,
    MalformedMessageError,
    MessageTooLargeError,
    SlotHeaderError,
    StaleSlotError,
    UnencodableMessageError,
)

# Every error, and its whole text: subject, numbers, cause.
TEXTS: tuple[tuple[Exception, str], ...] = (
    (
        MessageTooLargeError("images.to", 40000, 32768),
        (
            "channel images.to: message of 40000 bytes is over the cap of 32768 bytes; send less, "
            "or page it"
        ),
    ),
    (
        MalformedMessageError("images.from", 17, "Input data was truncated"),
        "channel images.from: message of 17 bytes refused: Input data was truncated",
    ),
    (
        UnencodableMessageError("images.from", "LogRecord", "can't serialize ints"),
        "channel images.from: LogRecord not sent: can't serialize ints",
    ),
    (
        SlotHeaderError(3, "frame is larger than its slot", 9000, 8192),
        "slot 3: frame is larger than its slot (got 9000, allowed 8192)",
    ),
    (StaleSlotError(3, "seq", 11, 10), "slot 3: stale seq: expected 11, found 10"),
    (
        FaultError(FaultKind.TOO_LARGE, "the file has 9 bytes, over 8", 9, 8),
        "too-large: the file has 9 bytes, over 8",
    ),
    (ContractError("broken"), "broken"),
)
EVERY_ERROR = pytest.mark.parametrize(
    ("error", "text"), TEXTS, ids=[type(error).__name__ for error, _ in TEXTS]
)


@EVERY_ERROR
def test_an_error_says_its_subject_its_numbers_and_its_cause(error: Exception, text: str) -> None:
    assert str(error) == text


@EVERY_ERROR
@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_an_error_survives_pickling_with_its_text_and_numbers(
    error: Exception, text: str, protocol: int
) -> None:
    twin = pickle.loads(pickle.dumps(error, protocol))  # noqa: S301 - our own bytes
    assert type(twin) is type(error)
    assert str(twin) == text
    assert vars(twin) == vars(error)


@EVERY_ERROR
def test_an_error_survives_copying_with_its_text_and_numbers(error: Exception, text: str) -> None:
    for twin in (copy.copy(error), copy.deepcopy(error)):
        assert str(twin) == text
        assert vars(twin) == vars(error)


def test_the_table_above_names_every_error() -> None:
    declared = {
        kind
        for _, kind in inspect.getmembers(errors, inspect.isclass)
        if issubclass(kind, Exception)
    }
    assert {type(error) for error, _ in TEXTS} == declared


def test_what_a_parent_suffers_is_a_contract_error_and_what_a_worker_says_is_not() -> None:
    for error, _ in TEXTS:
        assert isinstance(error, ContractError) == (not isinstance(error, FaultError))


def test_a_fault_error_carries_the_fault_that_travels() -> None:
    error = FaultError(FaultKind.TOO_MANY_PIXELS, "900 of 100", 900, 100)
    assert error.fault == Fault(
        kind=FaultKind.TOO_MANY_PIXELS, detail="900 of 100", actual=900, limit=100
    )


def test_a_fault_that_broke_no_limit_has_no_numbers() -> None:
    fault = FaultError(FaultKind.NOT_FOUND, "no such file").fault
    assert (fault.actual, fault.limit) == (0, 0)


@pytest.mark.parametrize("kind", FaultKind)
def test_every_kind_of_fault_travels_as_the_word_that_logs_show(kind: FaultKind) -> None:
    fault = Fault(kind=kind, detail="d")
    data = msgspec.msgpack.encode(fault)
    assert msgspec.msgpack.decode(data)["kind"] == kind.value
    assert msgspec.msgpack.decode(data, type=Fault) == fault


def test_a_kind_of_fault_outside_the_set_is_refused() -> None:
    data = msgspec.msgpack.encode({"kind": "on-fire", "detail": "d"})
    with pytest.raises(msgspec.ValidationError, match="on-fire"):
        msgspec.msgpack.decode(data, type=Fault)
