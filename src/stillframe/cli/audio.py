"""The commands `stillframe audio devices`, `meter` and `analyse`.

Role: what can be listened to, what is heard right now, and what is in a file. Counterpart:
`workers.audio` hears, in a process of its own; `cli.meter` draws.

Guarantees: needs no display and imports no Qt; when a command returns, no worker and no recording
program is left; what a device is called cannot steer the terminal. Exit status 1: there is no sound
server, or the worker failed.
"""

import contextlib
import os
import signal
import sys
import time
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final

import click
import msgspec

from stillframe.cli import system
from stillframe.library.photos import printable

if TYPE_CHECKING:
    from rich.console import Console

    from stillframe.contracts.analysis import AnalysisResult
    from stillframe.settings import Settings
    from stillframe.show.ears import Ears
    from stillframe.supervision.supervisor import Supervisor
    from stillframe.workers.audio.listening import Server

EXIT_FAILED: Final = 1
_ANSWER_S: Final = 5.0
# Thirty pictures a second are a film; a terminal does not show more.
_LOOK_S: Final = 1 / 30
_ASK_AGAIN_S: Final = 0.002


class DeviceRow(msgspec.Struct, frozen=True, kw_only=True):
    """A device, as `--json` prints it."""

    name: str
    description: str
    kind: str
    """`playback`: what is played to a sink; or `microphone`."""
    default: bool
    playing: bool


class Heard(msgspec.Struct, kw_only=True):
    """What is in a file, as it is printed."""

    tempo_bpm: float | None = None
    beats_s: list[float] = msgspec.field(default_factory=list)
    onsets_s: list[float] = msgspec.field(default_factory=list)


@click.group(short_help="See what can be heard here, and what is.")
def audio() -> None:
    """See what can be listened to here, what is heard right now, and the beats of a file."""


@audio.command(short_help="List what can be listened to.")
@click.option("--json", "as_json", is_flag=True, help="Print a list in JSON.")
def devices(*, as_json: bool) -> None:
    """List the devices of the sound server; `--audio` takes their names."""
    server = sound_server(os.environ)
    if server is None:
        click.echo(f"stillframe: {no_server()}", err=True)
        sys.exit(EXIT_FAILED)
    rows = rows_of(server)
    if as_json:
        click.echo(msgspec.json.format(msgspec.json.encode(rows), indent=2))
        return
    width = max((len(printable(row.name.encode())) for row in rows), default=0)
    for row in rows:
        star = "*" if row.default else " "
        now = ", playing now" if row.playing else ""
        name = printable(row.name.encode()).ljust(width)
        click.echo(f"{star} {name}  {printable(row.description.encode())} ({row.kind}{now})")
    if not rows:
        click.echo("The sound server has no devices.")


@audio.command(short_help="Show what is heard, as bars in the terminal.")
@click.option("--audio", "source", metavar="SOURCE", help="As for `stillframe play`.")
def meter(source: str | None) -> None:
    """Show what is heard as bars, until Ctrl-C."""
    from rich.console import Console

    settings = _settings(source)
    wanted = settings.audio.source
    # The command line ends at once by a signal; a cursor that was hidden is put back first.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    with contextlib.suppress(KeyboardInterrupt):
        click.echo(f"Listening to {printable(_title(wanted).encode())}; Ctrl-C ends.")
        with _listening(settings) as (supervisor, ears):
            _show(supervisor, ears, Console(highlight=False))


@audio.command(short_help="Find the beats of a file.")
@click.argument("file", type=click.Path(path_type=bytes, readable=False))
def analyse(file: bytes) -> None:
    """Print tempo, beats and onsets of FILE as JSON, as they would be heard live.

    Times are in seconds from its beginning; the tempo is null where there is no beat.
    """
    with _analysing(file) as supervisor:
        heard = _heard_in(file, supervisor)
    click.echo(msgspec.json.encode(heard))


def sound_server(environ: Mapping[str, str]) -> "Server | None":
    """Return what the sound server of an environment has; None if there is none."""
    from stillframe.workers.audio.sources.server import SoundServer

    watch = SoundServer(environ)
    try:
        return watch.wait(_ANSWER_S)
    finally:
        watch.close()


def no_server() -> str:
    """Say why there is no sound server, and what to do."""
    missing = system.missing_packages(system.SOUND.items())
    if missing:
        return f"no sound server can be asked; {system.install_line(missing)}"
    return "no sound server was found; start PulseAudio or PipeWire"


def rows_of(server: "Server") -> tuple[DeviceRow, ...]:
    """Return the devices as rows: what is played first, defaults before others."""
    rows = [
        DeviceRow(
            name=device.name,
            description=device.description,
            kind="playback" if device.monitor_of else "microphone",
            default=device.monitor_of == server.default_sink
            if device.monitor_of
            else device.name == server.default_source,
            playing=bool(device.monitor_of) and device.playing,
        )
        for device in server.devices
    ]
    return tuple(sorted(rows, key=lambda row: (row.kind != "playback", not row.default, row.name)))


def _title(wanted: str) -> str:
    """Return what is listened to, for people, as far as that can be said beforehand."""
    from stillframe.show.sound import is_live
    from stillframe.workers.audio.listening import choose

    if not is_live(wanted):
        return wanted
    server = sound_server(os.environ)
    device = choose(server, wanted) if server is not None else None
    return device.description if device is not None else wanted


def _settings(source: str | None) -> "Settings":
    """Return the settings, with a source that is listened to."""
    from msgspec.structs import replace

    from stillframe.cli.play import settings_with
    from stillframe.contracts.audio import AUTO, OFF

    settings = settings_with({})
    wanted = source or settings.audio.source
    heard = replace(settings.audio, source=AUTO if wanted in ("", OFF) else wanted)
    return replace(settings, audio=heard)


@contextlib.contextmanager
def _listening(settings: "Settings") -> "Iterator[tuple[Supervisor, Ears]]":
    """Start an audio worker for the source of the settings, and have it listen."""
    from stillframe.show.code import code_folders
    from stillframe.show.ears import Ears
    from stillframe.show.sound import audio_spec
    from stillframe.supervision.supervisor import Supervisor

    confined = settings.workers.sandbox
    spec = audio_spec(settings.audio.source, os.environ, code=code_folders(), confined=confined)
    with Supervisor([spec], environ=os.environ) as supervisor:
        ears = Ears(settings.audio, supervisor, supervisor.latest(spec.name))
        ears.listen(on=True)
        yield supervisor, ears


def _show(supervisor: "Supervisor", ears: "Ears", console: "Console") -> None:
    """Draw what is heard for as long as nobody interrupts."""
    from rich.live import Live
    from rich.text import Text

    from stillframe.cli.meter import picture
    from stillframe.supervision import events
    from stillframe.supervision.events import WorkerState

    drawn = None
    with Live(console=console, auto_refresh=False, transient=True) as live:
        while True:
            while (event := supervisor.take()) is not None:
                match event:
                    case events.WorkerChanged(state=WorkerState.FAILED, cause=why):
                        _give_up(f"the audio worker has failed: {why}")
                    case events.Refused(detail=why):
                        _give_up(why)
                    case _:
                        ears.take(event)
            heard = ears.poll()
            if heard is not drawn and heard is not None:
                live.update(Text(picture(heard, console.width)), refresh=True)
            drawn = heard
            time.sleep(_LOOK_S)


@contextlib.contextmanager
def _analysing(file: bytes) -> "Iterator[Supervisor]":
    from stillframe.show.code import code_folders
    from stillframe.show.sound import analysis_spec
    from stillframe.supervision.supervisor import Supervisor

    confined = _settings(None).workers.sandbox
    spec = analysis_spec(file, code=code_folders(), confined=confined)
    with Supervisor([spec], environ=os.environ) as supervisor:
        yield supervisor


def _heard_in(file: bytes, supervisor: "Supervisor") -> Heard:
    """Have a file listened to, stretch after stretch, and show how far that is."""
    from rich.console import Console
    from rich.progress import Progress

    heard, cursor = Heard(), 0
    # Beside the answer, so that it can be written to a file; where nobody watches there is none.
    shown = sys.stderr.isatty()
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not shown) as progress:
        task = progress.add_task("heard", total=None)
        while True:
            stretch = _next_stretch(file, cursor, supervisor)
            heard.beats_s += stretch.beats_s
            heard.onsets_s += stretch.onsets_s
            heard.tempo_bpm = stretch.tempo_bpm
            progress.update(task, total=stretch.length_s, completed=stretch.heard_s)
            cursor = stretch.next_cursor
            if not cursor:
                return heard


def _next_stretch(file: bytes, cursor: int, supervisor: "Supervisor") -> "AnalysisResult":
    """Return what is heard next; a refusal ends the command with one line."""
    from stillframe.contracts.analysis import AnalysisRequest, AnalysisResult
    from stillframe.supervision import events

    asking = supervisor.asking("analysis")
    path = os.path.abspath(file)
    supervisor.post(events.Submit(AnalysisRequest(**asking, path=path, cursor=cursor)))
    while True:
        event = supervisor.take()
        match event:
            case events.Completed(response=AnalysisResult() as stretch):
                return stretch
            case events.Refused(detail=why) | events.Dropped(reason=why):
                _give_up(f"{printable(file)}: {why}")
            case None:
                time.sleep(_ASK_AGAIN_S)


def _give_up(why: str) -> None:
    click.echo(f"stillframe: {why}", err=True)
    sys.exit(EXIT_FAILED)
