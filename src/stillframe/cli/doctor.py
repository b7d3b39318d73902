"""The command `stillframe doctor`.

Role: starts every kind of worker for real, and says what holds and what is missing. Counterpart:
`workers.confinement` reports each layer of a worker's sandbox; `cli.display` and `cli.system` say
what a window needs.

Guarantees: imports no Qt; when it returns, no worker is left. Exit status 1 if anything is broken.
"""

import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final

import click
import msgspec

from stillframe import __version__
from stillframe.cli import system
from stillframe.cli.audio import no_server, sound_server
from stillframe.cli.display import display_problem
from stillframe.cli.play import groups_of, places_of, refuse_missing, settings_with
from stillframe.contracts.sandbox import Layer, LayerState

if TYPE_CHECKING:
    from stillframe.settings import Settings
    from stillframe.supervision.events import WorkerChanged
    from stillframe.supervision.spec import WorkerSpec

EXIT_BROKEN: Final = 1
# Beyond a worker's own deadline for its start.
_DEADLINE_S: Final = 30.0
_STOP_S: Final = 5.0
# A frame is never asked for; this is only to be had.
_SLOT_COUNT: Final = 2
_SLOT_BYTES: Final = 1 << 20
_SAID_LINES: Final = 3


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that was looked at."""

    part: str
    """A kind of worker, or `system`."""
    check: str
    state: LayerState
    detail: str = ""


class Diagnosis(msgspec.Struct, frozen=True, kw_only=True):
    """All that was found, as `--json` prints it."""

    version: str
    broken: bool
    findings: tuple[Finding, ...]


@click.command(short_help="See what works here, and how well the workers are held.")
@click.argument(
    "paths", nargs=-1, type=click.Path(path_type=bytes, readable=False), metavar="[PATH]..."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def doctor(*, paths: tuple[bytes, ...], as_json: bool) -> None:
    """Start every kind of worker, as for a show of PATH, and say how each is held.

    A layer of a sandbox is on, off, unsupported by this system, or broken. Exit status 1 if
    anything is broken.
    """
    refuse_missing(paths)

    settings = settings_with({})
    findings = (*of_system(os.environ), *of_workers(_specs(settings, paths), os.environ))
    broken = any(finding.state is LayerState.BROKEN for finding in findings)
    if as_json:
        diagnosis = Diagnosis(version=__version__, broken=broken, findings=findings)
        click.echo(msgspec.json.format(msgspec.json.encode(diagnosis), indent=2))
    else:
        click.echo("\n".join(table(findings)))
    sys.exit(EXIT_BROKEN if broken else 0)


def of_system(environ: Mapping[str, str]) -> Iterator[Finding]:
    """Say what a window needs and whether it is there."""
    missing = system.missing_packages(system.QT.items())
    yield Finding(
        part="system",
        check="libraries",
        state=LayerState.BROKEN if missing else LayerState.ON,
        detail=f"missing: {system.install_line(missing)}" if missing else "",
    )
    problem = display_problem(environ)
    # A person may look from a terminal elsewhere: no display is how it is, and not a fault.
    elsewhere = problem is not None and problem.startswith("no display")
    fault = LayerState.OFF if elsewhere else LayerState.BROKEN
    yield Finding(
        part="system",
        check="display",
        state=fault if problem else LayerState.ON,
        detail=problem or "",
    )
    yield of_sound(environ)


def of_sound(environ: Mapping[str, str]) -> Finding:
    """Say whether what the computer plays can be heard; where it cannot, a show is silent."""
    missing = system.missing_packages(system.SOUND.items())
    server = sound_server(environ)
    if server is not None and not missing:
        state, detail = LayerState.ON, ""
    elif server is not None:
        state, detail = LayerState.UNSUPPORTED, f"missing: {system.install_line(missing)}"
    else:
        state, detail = LayerState.OFF, no_server()
    return Finding(part="system", check="sound", state=state, detail=detail)


def of_workers(specs: "Sequence[WorkerSpec]", environ: Mapping[str, str]) -> Iterator[Finding]:
    """Start each worker, and say how it went and how it is held."""
    found = _started(specs, environ)
    for spec in specs:
        yield from _of_worker(spec, *found[spec.name])


def _of_worker(
    spec: "WorkerSpec", change: "WorkerChanged | None", said: Sequence[str]
) -> Iterator[Finding]:
    from stillframe.supervision.events import WorkerState

    if change is None or change.state is not WorkerState.READY:
        cause = change.cause if change else f"neither ready nor failed within {_DEADLINE_S:g} s"
        detail = "; ".join((cause, *said[-_SAID_LINES:]))
        yield Finding(part=spec.name, check="start", state=LayerState.BROKEN, detail=detail)
        return
    yield Finding(part=spec.name, check="start", state=LayerState.ON)
    for lack in change.lacks:
        todo = f"to have it, install {lack.package}"
        yield Finding(part=spec.name, check=lack.what, state=LayerState.UNSUPPORTED, detail=todo)
    reports = {report.layer: report for report in change.layers}
    for layer in Layer:
        if layer in reports:
            state, detail = reports[layer].state, reports[layer].detail
        elif spec.sandbox is None:
            state, detail = LayerState.OFF, "workers.sandbox is false"
        else:
            state, detail = LayerState.BROKEN, "the worker does not say what became of it"
        yield Finding(part=spec.name, check=layer.value, state=state, detail=detail)


def table(findings: Iterable[Finding]) -> Iterator[str]:
    """Yield aligned lines: part, check, state, detail."""
    rows = [(f.part, f.check, f.state.value, f.detail) for f in findings]
    widths = [max((len(row[column]) for row in rows), default=0) for column in range(3)]
    before = ""
    for part, *cells, detail in rows:
        shown = "" if part == before else part
        before = part
        aligned = [cell.ljust(width) for cell, width in zip((shown, *cells), widths, strict=True)]
        yield "  ".join((*aligned, detail)).rstrip()


def _specs(settings: "Settings", paths: tuple[bytes, ...]) -> "tuple[WorkerSpec, ...]":
    from stillframe.show.specs import worker_specs
    from stillframe.transport.arena import ArenaShape

    return worker_specs(
        settings,
        ArenaShape(_SLOT_COUNT, _SLOT_BYTES),
        places_of(groups_of(paths), feeds=True),
    )


def _started(
    specs: "Sequence[WorkerSpec]", environ: Mapping[str, str]
) -> "dict[str, tuple[WorkerChanged | None, list[str]]]":
    """Start every worker once, all at the same time; return how each did, and what it said."""
    import random
    import threading
    import time
    from dataclasses import replace

    from stillframe.supervision import events
    from stillframe.supervision.spec import RestartBudget, Shutdown
    from stillframe.supervision.supervisor import Supervisor

    once = RestartBudget(restarts=0)
    rung = threading.Event()
    supervisor = Supervisor(
        [
            replace(spec, eager=True, processes=1, standby=False, budget=once, shutdown=Shutdown())
            for spec in specs
        ],
        notify=rung.set,
        rng=random.Random(),  # noqa: S311 - jitter of restarts that never come
        environ=environ,
    )
    ends: dict[str, events.WorkerChanged] = {}
    said: dict[str, list[str]] = {spec.name: [] for spec in specs}
    deadline_s = time.monotonic() + _DEADLINE_S
    supervisor.start()
    try:
        while len(ends) < len(specs) and time.monotonic() < deadline_s:
            rung.wait(max(0.0, deadline_s - time.monotonic()))
            rung.clear()
            while (event := supervisor.take()) is not None:
                if isinstance(event, events.Logged):
                    said[event.worker].append(event.record.event)
                elif isinstance(event, events.WorkerChanged) and event.state in (
                    events.WorkerState.READY,
                    events.WorkerState.FAILED,
                ):
                    ends.setdefault(event.worker, event)
    finally:
        supervisor.stop()
        supervisor.join(_STOP_S)
    return {spec.name: (ends.get(spec.name), said[spec.name]) for spec in specs}
