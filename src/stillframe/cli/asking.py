"""What the commands that talk to a running show have in common.

Role: finds the show, asks it, and turns what goes wrong into one line. Counterpart:
`remote.client`.
"""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

if TYPE_CHECKING:
    from stillframe.remote.client import Client

F = TypeVar("F", bound=Callable[..., Any])

EXIT_REFUSED: Final = 1
EXIT_NO_SHOW: Final = 3

_PID: Final = click.option(
    "--pid", type=click.IntRange(1), metavar="N", help="The show of this process, not the newest."
)


def pid_option(command: F) -> F:
    """Give a command the option `--pid`."""
    return _PID(command)


@contextmanager
def running_show(pid: int | None) -> "Iterator[Client]":
    """Yield a conversation with a running show.

    No show is one line and exit status 3; one that refuses or does not answer, status 1.
    """
    from stillframe.remote.address import runtime_folder
    from stillframe.remote.client import Client, NoShowError, RemoteError

    try:
        with Client.to(runtime_folder(os.environ), pid) as client:
            yield client
    except NoShowError as error:
        click.echo(f"stillframe: {error}", err=True)
        sys.exit(EXIT_NO_SHOW)
    except RemoteError as error:
        click.echo(f"stillframe: {error}", err=True)
        sys.exit(EXIT_REFUSED)
