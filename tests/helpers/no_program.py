"""Where no worker has a companion, none is started."""

from collections.abc import Sequence

from stillframe.supervision.process import Program


def no_program(command: Sequence[str], output: int) -> Program:
    """Start nothing."""
    raise OSError(f"nothing starts {command} here, whose output goes to {output}")
