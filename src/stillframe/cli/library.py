"""The commands `stillframe library stats`, `rescan` and `check`.

Role: asks a library worker of its own about the folders of a show. Counterpart:
`workers.library.io` answers; a running show has another worker on the same index.

Guarantees: needs no display and imports no Qt; when a command returns, no worker is left; what a
path says cannot steer the terminal. Exit status 1: the worker failed, or a photo is broken.
"""

import datetime as dt
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, TypeVar

import click

from stillframe.cli.play import groups_of, places_of, refuse_missing, settings_with
from stillframe.contracts.library import (
    Changes,
    Check,
    Checked,
    Follow,
    LibraryRequest,
    LibraryResult,
    Numbers,
    Scan,
    ScanPage,
    Survey,
)
from stillframe.library.photos import printable

if TYPE_CHECKING:
    from rich.progress import Progress

    from stillframe.supervision.supervisor import Supervisor

EXIT_FAILED: Final = 1
_PATIENCE_MS: Final = 250
# Beyond the worker's own deadline for one answer, after which it is replaced.
_ANSWER_WITHIN_S: Final = 300.0
_KINDS_SHOWN: Final = 5
_ANY = TypeVar("_ANY", ScanPage, Changes, Numbers, Checked)
_PATHS: Final = click.argument(
    "paths", nargs=-1, type=click.Path(path_type=bytes, readable=False), metavar="[PATH]..."
)


@click.group(short_help="Look at what is known of your folders.")
def library() -> None:
    """Look at what is known of the photos in your folders: those of PATH, or of a show without."""


@library.command(short_help="Count what is there.")
@_PATHS
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def stats(*, paths: tuple[bytes, ...], as_json: bool) -> None:
    """Find the photos of PATH and say what is known of them."""
    import msgspec

    with _asked(paths) as worker:
        worker.find_all()
        numbers = worker.ask(Survey(), Numbers)
    if as_json:
        click.echo(msgspec.json.format(msgspec.json.encode(numbers), indent=2))
    else:
        click.echo("\n".join(lines_of(numbers)))


@library.command(short_help="Read every header anew.")
@_PATHS
def rescan(*, paths: tuple[bytes, ...]) -> None:
    """Find the photos of PATH and read all their headers anew, whatever is known of them."""
    with _asked(paths) as worker:
        for _ in worker.check_all():
            pass
        numbers = worker.ask(Survey(), Numbers)
    click.echo("\n".join(lines_of(numbers)))


@library.command(short_help="List broken photos.")
@_PATHS
def check(*, paths: tuple[bytes, ...]) -> None:
    """Read the header of every photo of PATH, and list those that cannot be read.

    Exit status 1 if there are any.
    """
    checked = broken = 0
    with _asked(paths) as worker:
        for told in worker.check_all():
            checked += told.checked
            broken += len(told.broken)
            for one in told.broken:
                click.echo(f"{printable(one.path)}: {one.error.kind}: {one.error.detail}")
    click.echo(f"{checked} photos were checked, {broken} are broken.")
    sys.exit(EXIT_FAILED if broken else 0)


def lines_of(numbers: Numbers) -> Iterator[str]:
    """Yield the numbers as lines for people."""
    yield f"photos   {numbers.photos} in {numbers.folders} folders, {_size(numbers.size_bytes)}"
    yield f"headers  {numbers.described} read, {numbers.broken} broken"
    if numbers.first_taken_s is not None and numbers.last_taken_s is not None:
        yield f"taken    {_day(numbers.first_taken_s)} to {_day(numbers.last_taken_s)}"
    if numbers.with_place:
        yield f"places   {numbers.with_place} photos say where they were taken"
    if numbers.thinned:
        yield f"bursts   {numbers.thinned} photos are left out"
    for title, tallies in (("formats", numbers.formats), ("cameras", numbers.cameras)):
        if tallies:
            named = (f"{printable(t.name.encode())} {t.photos}" for t in tallies[:_KINDS_SHOWN])
            more = ", ..." if len(tallies) > _KINDS_SHOWN else ""
            yield f"{title}  {', '.join(named)}{more}"


class _Worker:
    """A library worker, asked one question after the other."""

    def __init__(
        self, supervisor: "Supervisor", rung: threading.Event, roots: tuple[bytes, ...]
    ) -> None:
        self._supervisor, self._rung, self._roots = supervisor, rung, roots

    def find_all(self) -> None:
        """Have all roots walked to their end; say what could not be listed."""
        for root in self._roots:
            self.ask(Scan(root=root, max_items=1), ScanPage)
        cursor = 0
        while True:
            changes = self.ask(Follow(cursor=cursor, patience_ms=_PATIENCE_MS), Changes)
            for skipped in changes.skipped:
                where, error = printable(skipped.path), skipped.error
                click.echo(f"stillframe: {where}: {error.detail} ({error.kind})", err=True)
            cursor = changes.next_cursor
            if not changes.searching:
                return

    def check_all(self) -> Iterator[Checked]:
        """Have every header read anew, and show how far that is."""
        self.find_all()
        total = self.ask(Survey(), Numbers).photos
        cursor = 0
        with _progress() as progress:
            task = progress.add_task("headers", total=total)
            while total:
                told = self.ask(Check(cursor=cursor), Checked)
                yield told
                progress.update(task, advance=told.checked)
                cursor = told.next_cursor
                if not cursor:
                    return

    def ask(self, question: Scan | Follow | Survey | Check, kind: type[_ANY]) -> _ANY:
        """Return the answer; one that is refused ends the command with one line."""
        from stillframe.supervision import events

        asking = self._supervisor.asking("library", within_s=_ANSWER_WITHIN_S)
        self._supervisor.post(events.Submit(LibraryRequest(**asking, ask=question)))
        while True:
            self._rung.wait()
            self._rung.clear()
            while (event := self._supervisor.take()) is not None:
                match event:
                    case events.Completed(response=LibraryResult(told=told)) if isinstance(
                        told, kind
                    ):
                        return told
                    case events.Refused(detail=why) | events.Dropped(reason=why):
                        click.echo(f"stillframe: the library worker: {why}", err=True)
                        sys.exit(EXIT_FAILED)


@contextmanager
def _asked(paths: tuple[bytes, ...]) -> Iterator[_Worker]:
    """Start a library worker for the folders of a show of `paths`."""
    refuse_missing(paths)
    from stillframe.show.specs import worker_specs
    from stillframe.supervision.supervisor import Supervisor
    from stillframe.transport.arena import ArenaShape

    settings = settings_with({})
    places = places_of(groups_of(paths))
    specs = worker_specs(settings, ArenaShape(1, 1 << 16), places)
    rung = threading.Event()
    only = [spec for spec in specs if spec.name == "library"]
    with Supervisor(only, notify=rung.set, environ=os.environ) as supervisor:
        yield _Worker(supervisor, rung, places.roots)


def _progress() -> "Progress":
    from rich.console import Console
    from rich.progress import Progress

    # Beside the list, so that it can be written to a file; where nobody watches there is none.
    return Progress(console=Console(stderr=True), transient=True)


def _size(size_bytes: int) -> str:
    value, unit = float(size_bytes), "bytes"
    for larger in ("KiB", "MiB", "GiB", "TiB"):
        if value < 1024:  # noqa: PLR2004 - what each unit is to the one before
            break
        value, unit = value / 1024, larger
    return f"{value:.0f} {unit}" if unit == "bytes" else f"{value:.1f} {unit}"


def _day(at_s: int) -> str:
    try:
        return f"{dt.datetime.fromtimestamp(at_s, dt.UTC):%Y-%m-%d}"
    except (ValueError, OverflowError, OSError):  # a time that no calendar has
        return f"{at_s} s"
