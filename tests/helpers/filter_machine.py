"""The kernel's filter machine in a few lines, to see what a filter says without installing it."""

import struct
from collections.abc import Sequence

from stillframe.workers.confinement import seccomp
from stillframe.workers.confinement.seccomp import ALLOWED, ERROR, KILLED, Program
from stillframe.workers.confinement.syscalls import Architecture

ALLOW, KILL = "allowed", "killed"
LONGEST = 4096  # what the kernel takes


def verdict(steps: Program, audit: int, number: int, arguments: Sequence[int] = ()) -> str | int:
    """Return `allowed`, `killed`, or the errno with which a call is refused."""
    words = [*arguments, *[0] * (6 - len(arguments))]
    data = struct.pack("<iIQ6Q", number, audit, 0, *(word % 2**64 for word in words))
    accumulator, place = 0, 0
    while True:
        step = steps[place]
        place += 1
        match step.code:
            case seccomp.LOAD:
                (accumulator,) = struct.unpack_from("<I", data, step.operand)
            case seccomp.AND:
                accumulator &= step.operand
            case seccomp.JUMP:
                place += step.operand
            case seccomp.RETURN:
                return _said(step.operand)
            case _:
                place += step.if_true if _holds(step, accumulator) else step.if_false


def ask(steps: Program, architecture: Architecture, name: str, *arguments: int) -> str | int:
    """Return what a filter says to a call by its name."""
    number = architecture.number(name)
    assert number is not None, name
    return verdict(steps, architecture.audit, number, arguments)


def _holds(step: seccomp.Instruction, accumulator: int) -> bool:
    match step.code:
        case seccomp.JUMP_EQUAL:
            return accumulator == step.operand
        case seccomp.JUMP_NOT_BELOW:
            return accumulator >= step.operand
        case seccomp.JUMP_ANY_BIT:
            return bool(accumulator & step.operand)
    raise AssertionError(f"the machine knows no {step}")


def _said(operand: int) -> str | int:
    if operand == ALLOWED:
        return ALLOW
    if operand == KILLED:
        return KILL
    assert operand & ~0xFFFF == ERROR
    return operand & 0xFFFF
