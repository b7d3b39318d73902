"""The command `stillframe quarantine`.

Role: shows a person the inputs that workers die of, and forgets them. Counterpart:
`show.quarantine_file` reads and writes the list; a running show is told by `remote.client`.

Guarantees: the list is readable without a display and beside a running show; what a path or a
worker says cannot steer the terminal. A file that is damaged is named and left to be looked at.
What is cleared is forgotten by every show that runs, or the exit status is not 0.
"""

import datetime as dt
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from stillframe.library.photos import printable

if TYPE_CHECKING:
    from stillframe.contracts.quarantine import Quarantined

_HEADER: Final = ("WHEN", "WORKER", "REASON", "PATH")
_LATEST_S: Final = dt.datetime(9999, 1, 1, tzinfo=dt.UTC).timestamp()


@click.command(short_help="List files that are not tried again.")
@click.option("--clear", is_flag=True, help="Forget them: they may be tried again.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON array.")
def quarantine(*, clear: bool, as_json: bool) -> None:
    """List the files that are not tried again, because workers die of them.

    A file is tried again when it has changed, and all are after --clear.
    """
    from platformdirs import user_state_path

    from stillframe.show import quarantine_file

    path = user_state_path("stillframe") / quarantine_file.FILE.name
    kept = (quarantine_file.FILE.load if clear else quarantine_file.FILE.read)(path)
    if kept.problem:
        _complain(path, kept.problem)
    if clear:
        _empty(path)
        _pardon()
    elif kept.problem:
        sys.exit(1)
    if as_json:
        click.echo(json.dumps([_object(entry) for entry in kept.content], indent=2))
    elif not kept.content:
        click.echo("Nothing is quarantined.")
    elif clear:
        click.echo(f"Forgotten: {len(kept.content)}.")
    else:
        click.echo(_table(kept.content))


def _empty(path: Path) -> None:
    """Empty the file; one that is not there is empty already."""
    from stillframe.show import quarantine_file

    if not path.exists():
        return
    try:
        quarantine_file.FILE.save(path, ())
    except OSError as error:
        _complain(path, f"cannot be emptied: {error.strerror or error}")
        sys.exit(1)


def _pardon() -> None:
    """Have every running show forget: it would write its own list again."""
    from stillframe.contracts.remote import PardonInputs
    from stillframe.remote.address import running_shows, runtime_folder
    from stillframe.remote.client import Client, NoShowError, RemoteError

    refused = False
    for address in running_shows(runtime_folder(os.environ)):
        try:
            with Client(address) as show:
                show.ask(PardonInputs())
        except NoShowError:
            continue  # it has ended since
        except RemoteError as error:
            click.echo(f"stillframe: not forgotten: {error}", err=True)
            refused = True
    if refused:
        sys.exit(1)


def _complain(path: Path, problem: str) -> None:
    click.echo(f"stillframe: {printable(bytes(path))}: {_one_line(problem)}", err=True)


def _object(entry: "Quarantined") -> dict[str, str]:
    return {
        "at": _moment(entry).isoformat(timespec="seconds"),
        "worker": entry.worker,
        "path": printable(entry.input.name),
        "version": entry.input.version,
        "reason": _one_line(entry.reason),
    }


def _table(entries: "tuple[Quarantined, ...]") -> str:
    rows = [
        (
            f"{_moment(entry).astimezone():%Y-%m-%d %H:%M}",
            entry.worker,
            _one_line(entry.reason),
            printable(entry.input.name),
        )
        for entry in entries
    ]
    # The path comes last: it is the longest, and nothing has to line up behind it.
    widths = [max(map(len, column)) for column in zip(_HEADER, *rows, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in (_HEADER, *rows)
    )


def _moment(entry: "Quarantined") -> dt.datetime:
    """Return when it was; a time that no calendar has is the last one that it has."""
    return dt.datetime.fromtimestamp(min(entry.at_s, _LATEST_S), dt.UTC)


def _one_line(said: str) -> str:
    return printable(said.encode("utf-8", "backslashreplace"))
