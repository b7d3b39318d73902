"""The filter that every system call of a worker passes.

Role: from `denials` to the kernel's filter language; pure but for `apply`. Counterpart: the kernel
runs it before each call.

Guarantees: a call of another architecture ends the process, so that no number is taken for another
call's; on x86_64 the x32 kind is refused. What no denial names is allowed.
"""

import errno
import os
import struct
from collections.abc import Iterable
from typing import Final, NamedTuple

from stillframe.contracts.sandbox import Sandbox
from stillframe.workers.confinement.denials import Check, Denial, Must, denials
from stillframe.workers.confinement.kernel import Kernel
from stillframe.workers.confinement.reports import UnsupportedError
from stillframe.workers.confinement.syscalls import ARCHITECTURES, Architecture

# The filter language: loads, jumps and returns on one accumulator.
LOAD: Final = 0x20
AND: Final = 0x54
JUMP: Final = 0x05
JUMP_EQUAL: Final = 0x15
JUMP_NOT_BELOW: Final = 0x35
JUMP_ANY_BIT: Final = 0x45
RETURN: Final = 0x06

ALLOWED: Final = 0x7FFF0000
KILLED: Final = 0x80000000
ERROR: Final = 0x00050000

# Where the kernel puts what a filter may look at; both architectures have the low word first.
NUMBER_AT: Final = 0
ARCHITECTURE_AT: Final = 4
ARGUMENTS_AT: Final = 16
_ARGUMENT_BYTES: Final = 8
_WORD_BYTES: Final = 4
_WHOLE: Final = 0xFFFFFFFF
# A conditional jump goes no further.
_LONGEST_JUMP: Final = 255


class Instruction(NamedTuple):
    """One step: `if_true` and `if_false` say how many to pass over after a comparison."""

    code: int
    if_true: int
    if_false: int
    operand: int


Program = tuple[Instruction, ...]


def program(architecture: Architecture, sandbox: Sandbox, pid: int) -> Program:
    """Return the filter for one worker process."""
    steps = [
        Instruction(LOAD, 0, 0, ARCHITECTURE_AT),
        Instruction(JUMP_EQUAL, 1, 0, architecture.audit),
        Instruction(RETURN, 0, 0, KILLED),
        Instruction(LOAD, 0, 0, NUMBER_AT),
    ]
    if architecture.foreign_from is not None:
        steps += [
            Instruction(JUMP_NOT_BELOW, 0, 1, architecture.foreign_from),
            _refuse(errno.EPERM),
        ]
    named = [
        (number, denial)
        for denial in denials(sandbox, pid)
        if (number := architecture.number(denial.name)) is not None
    ]
    for error in sorted({denial.error for _, denial in named}):
        numbers = [n for n, d in named if not d.checks and d.error == error]
        steps += _flat(sorted(numbers), error)
    for number, denial in named:
        if denial.checks:
            steps += _checked(number, denial)
    return (*steps, Instruction(RETURN, 0, 0, ALLOWED))


def packed(steps: Iterable[Instruction]) -> bytes:
    """Return a filter as the kernel reads it."""
    return b"".join(struct.pack("=HBBI", *step) for step in steps)


def apply(kernel: Kernel, sandbox: Sandbox) -> str:
    """Put the filter before every thread of this process.

    Raises:
        UnsupportedError: if this processor is not known here, or the kernel has no filters.
        OSError: if the kernel refuses the filter.
    """
    architecture = architecture_of(kernel)
    number = architecture.number("seccomp")
    assert number is not None  # noqa: S101 - the table's tests see to it
    steps = program(architecture, sandbox, os.getpid())
    try:
        kernel.seccomp(number, packed(steps))
    except OSError as error:
        if error.errno in (errno.ENOSYS, errno.EINVAL):
            raise UnsupportedError(
                "this kernel has no system call filters; use one built with CONFIG_SECCOMP_FILTER"
            ) from error
        raise
    return ""


def architecture_of(kernel: Kernel) -> Architecture:
    """Return the architecture of this process.

    Raises:
        UnsupportedError: if it is not known here.
    """
    try:
        return ARCHITECTURES[kernel.machine]
    except KeyError:
        known = " and ".join(sorted(ARCHITECTURES))
        raise UnsupportedError(
            f"the filter knows {known}, this processor is {kernel.machine}; use one of those"
        ) from None


def _refuse(error: int) -> Instruction:
    return Instruction(RETURN, 0, 0, ERROR | error)


def _flat(numbers: list[int], error: int) -> list[Instruction]:
    """Refuse these calls, whatever their arguments; as many at a time as a jump spans."""
    steps: list[Instruction] = []
    for first in range(0, len(numbers), _LONGEST_JUMP):
        part = numbers[first : first + _LONGEST_JUMP]
        steps += [
            Instruction(JUMP_EQUAL, len(part) - place, 0, number)
            for place, number in enumerate(part)
        ]
        steps += [Instruction(JUMP, 0, 0, 1), _refuse(error)]
    return steps


def _checked(number: int, denial: Denial) -> list[Instruction]:
    """Refuse a call unless it passes every check; the accumulator holds its number before."""
    body = [step for check in denial.checks for step in _check(check, denial.error)]
    body.append(Instruction(RETURN, 0, 0, ALLOWED))
    return [Instruction(JUMP_EQUAL, 0, len(body), number), *body]


def _check(check: Check, error: int) -> list[Instruction]:
    at = ARGUMENTS_AT + _ARGUMENT_BYTES * check.argument
    load = [Instruction(LOAD, 0, 0, at)]
    if check.mask != _WHOLE:
        load.append(Instruction(AND, 0, 0, check.mask))
    last = len(check.values) - 1
    match check.test:
        case Must.NO_BIT:
            test = [Instruction(JUMP_ANY_BIT, 0, 1, check.values[0])]
        case Must.SOME_BIT:
            test = [Instruction(JUMP_ANY_BIT, 1, 0, check.values[0])]
        case Must.ONE_OF:  # found: over the rest and the refusal
            test = [
                Instruction(JUMP_EQUAL, last - place + 1, 0, value)
                for place, value in enumerate(check.values)
            ]
        case Must.NONE_OF:  # found: over the rest to the refusal; the last one passes over it
            test = [
                Instruction(JUMP_EQUAL, last - place, int(place == last), value)
                for place, value in enumerate(check.values)
            ]
        case Must.NULL:
            high = Instruction(LOAD, 0, 0, at + _WORD_BYTES)
            zero = Instruction(JUMP_EQUAL, 1, 0, 0)
            test = [Instruction(JUMP_EQUAL, 0, 2, 0), high, zero]
    return [*load, *test, _refuse(error)]
