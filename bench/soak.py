"""A whole show for a long time, with all that can go wrong.

Role: the installed command on five thousand photos, twenty feeds, music from a real sound server,
every transition and every style, while workers are killed and stopped, the sound device goes, the
clock jumps and the disk is full. Counterpart: `bench.soak_plan` says when, `bench.soak_acts` does
it to `bench.soak_world`, `bench.soak_watch` looks on, `bench.soak_verdict` judges.

    python -m bench.soak [--seconds 600 | --hours H] [--seed N] [--photos 5000]

Metrics: the slope of each process's own memory in KiB a minute after its warm-up, of the life that
rose fastest for what it may, and what it may; the most slots and cache in use; files and threads
early and late; requests asked, answered, open and overdue; frames while something moves; looks at
a dark screen; transitions played.

Guarantees: the show is watched from outside, as a person would; the exit status is 1 if a clause of
`bench.soak_verdict` is broken, and standard error says which.
"""

import argparse
import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from bench import table
from bench.soak_acts import COMMAND, NO_CLOCK, Deeds, World
from bench.soak_observed import Ending, Observed, Photos, Picture, Played
from bench.soak_plan import faults
from bench.soak_processes import left_of
from bench.soak_rows import rows
from bench.soak_verdict import broken
from bench.soak_watch import Log, Watch
from bench.soak_world import DARKEST, Disk, WallClock, feeds, make_library
from sound_server import sound_server
from stillframe.player.visualizer import OFF, STYLES
from stillframe.remote.address import runtime_folder
from stillframe.transitions.choice import IN_TURN
from stillframe.transitions.registry import BUILT_IN
from virtual_screen import VirtualScreen

_WINDOW: Final = (480, 270)
_FIRST_STYLE: Final = "spectrum"
# As many photos as there is time for: each transition has its turn, and then another.
_SETTINGS: Final = f"""[show]
interval_s = 2.0
transition_duration_s = 0.8
[transitions]
type = "{IN_TURN}"
[audio]
source = "auto"
[visualizer]
style = "{_FIRST_STYLE}"
[log]
format = "json"
"""
_STATE_MIB: Final = 48
_LOOK_EVERY_S, _ASK_EVERY_S = 0.25, 2.0
_START_S, _END_S = 60.0, 30.0


@dataclass(frozen=True)
class _Run:
    """What a show left for the judgement."""

    watch: Watch
    deeds: Deeds
    report: Mapping[str, Any]
    ending: Ending


def main(arguments: list[str]) -> int:
    """Play, watch, print; 1 if the show did not hold."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.soak",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--seconds", type=float, default=600.0)
    parser.add_argument("--hours", type=float, default=0.0)
    parser.add_argument("--full", action="store_true", help="the same: it always takes its time")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--photos", type=int, default=5000)
    given = parser.parse_args(arguments)
    seconds = given.hours * 3600 or given.seconds
    with tempfile.TemporaryDirectory(prefix="stillframe-soak-") as folder:
        home = Path(folder)
        unfit = make_library(home / "photos", given.photos, given.seed)
        run = _soak(home, seconds, given.seed)
        observed = _observed(run, seconds, given.photos, unfit, home / "photos")
    clauses = broken(observed)
    notes = [
        f"{seconds:g} s, seed {given.seed}: {given.photos} photos, {len(unfit)} broken",
        f"done: {', '.join(run.deeds.done)}",
        f"left out: {', '.join(sorted(set(run.deeds.problems) & {NO_CLOCK})) or 'nothing'}",
        f"skipped: {run.report.get('skipped')}",
        f"crossfades instead: {run.report.get('transition_fallbacks')}",
        *(f"does not hold: {clause}" for clause in clauses),
    ]
    table.show("soak", rows(observed, run.report, len(clauses)), notes=notes)
    for clause in clauses:
        print(f"does not hold: {clause}", file=sys.stderr)
    return 1 if clauses else 0


def _soak(home: Path, seconds: float, seed: int) -> _Run:
    config = home / "config" / "stillframe"
    config.mkdir(parents=True)
    (config / "settings.toml").write_text(_SETTINGS)
    disk, clock = Disk(home / "written", _STATE_MIB), WallClock(home / "clock")
    for name in ("run", "sound", "tmp"):
        (home / name).mkdir(mode=0o700)
    deeds = Deeds(list(faults(seconds, seed)))
    with (
        VirtualScreen(*_WINDOW) as screen,
        sound_server(home / "sound") as sound,
        feeds(seed) as addresses,
    ):
        sound.play()
        environ = screen.environ(_environ(home, clock, f"unix:{sound.folder}/pulse/native"))
        with clock, _playing(home, disk.command(_words(home, addresses)), environ) as process:
            clock.keep_for(process.pid)
            world = World(process.pid, home / "run", disk, sound, clock)
            watch = _watch(process, screen, Watch(Log(home / "log")), world, deeds, seconds)
            process.send_signal(signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(_END_S)
            marker = f"XDG_RUNTIME_DIR={home / 'run'}"
            ending = Ending(process.poll(), left_of(marker, home / "run", home / "tmp"))
    watch.log.look(time.monotonic())
    report = home / "report.json"
    said = json.loads(report.read_text()) if report.exists() else {}
    return _Run(watch, deeds, said, ending)


def _environ(home: Path, clock: WallClock, sound_address: str) -> dict[str, str]:
    return {
        **{name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ},
        "HOME": str(home / "written"),
        "XDG_CONFIG_HOME": str(home / "config"),
        "XDG_CACHE_HOME": str(home / "written" / "cache"),
        "XDG_STATE_HOME": str(home / "written" / "state"),
        "XDG_DATA_HOME": str(home / "written" / "data"),
        "XDG_RUNTIME_DIR": str(home / "run"),
        "TMPDIR": str(home / "tmp"),
        **clock.environ,
        "PULSE_SERVER": sound_address,
    }


def _words(home: Path, addresses: tuple[str, ...]) -> list[str]:
    hosts = ",".join(address.split("/")[2] for address in addresses)
    return [
        *(COMMAND, "play", "--windowed", "x".join(map(str, _WINDOW))),
        *("--report", str(home / "report.json"), "--allow-host", hosts),
        *(word for address in addresses for word in ("--feed", address)),
        str(home / "photos"),
    ]


@contextlib.contextmanager
def _playing(
    home: Path, command: list[str], environ: Mapping[str, str]
) -> Iterator[subprocess.Popen[bytes]]:
    with (home / "log").open("wb") as log:
        process = subprocess.Popen(command, env=dict(environ), stderr=log)
        try:
            yield process
        finally:
            if process.poll() != 0:
                print((home / "log").read_text(errors="replace")[-4000:], file=sys.stderr)
            process.kill()
            process.wait()


def _watch(
    process: subprocess.Popen[bytes],
    screen: VirtualScreen,
    watch: Watch,
    world: World,
    deeds: Deeds,
    seconds: float,
) -> Watch:
    """Look at the screen, ask the show, and do what is planned, until the time is over."""
    folder = runtime_folder({"XDG_RUNTIME_DIR": str(world.runtime)})
    begun_s, asked_s = _first_photo_s(process, screen), 0.0
    while (now_s := time.monotonic()) - begun_s < seconds and process.poll() is None:
        watch.look(now_s, _brightness(screen))
        if now_s - asked_s >= _ASK_EVERY_S:
            asked_s = now_s
            watch.ask(process.pid, folder, now_s)
        deeds.go_on(world, now_s - begun_s, now_s)
        time.sleep(_LOOK_EVERY_S)
    watch.ask(process.pid, folder, time.monotonic())
    return watch


def _first_photo_s(process: subprocess.Popen[bytes], screen: VirtualScreen) -> float:
    late_s = time.monotonic() + _START_S
    while _brightness(screen) < DARKEST:
        if process.poll() is not None or time.monotonic() > late_s:
            raise RuntimeError(f"no photo in {_START_S:g} s; the show: {process.poll()}")
        time.sleep(0.05)
    return time.monotonic()


def _brightness(screen: VirtualScreen) -> float:
    width, height = _WINDOW
    return float(screen.grab()[:height, :width].mean())


def _observed(
    run: _Run, seconds: float, total: int, unfit: frozenset[str], folder: Path
) -> Observed:
    """Put together what was seen, what the show says it did, and what was planned."""
    watch, log, report = run.watch, run.watch.log, run.report
    local = [photo for photo in log.shown if photo.startswith(f"{folder}/")]
    photos = Photos(
        total,
        unfit,
        known=watch.last.pools.local if watch.last else 0,
        shown=local,
        counted=report.get("photos_shown", 0),
        skipped=[skip for skip in log.skipped if skip.photo.startswith(f"{folder}/")],
        elsewhere=len(log.shown) - len(local),
    )
    picture = Picture(
        watch.looks,
        watch.dark,
        watch.still_s,
        report.get("frames_presented") or 0,
        (report.get("frame_interval_ms") or {}).get("p99", 0.0),
    )
    played = Played(
        report.get("transitions_played", {}),
        frozenset(transition.id for transition in BUILT_IN),
        sum(report.get("transition_fallbacks", {}).values()),
        frozenset({_FIRST_STYLE, *log.styles} - {OFF}),
        frozenset(STYLES) - {OFF},
        tuple(run.deeds.failed),
    )
    return Observed(
        seconds,
        watch.lives,
        watch.books,
        watch.stores,
        photos,
        picture,
        played,
        run.ending,
        tuple(log.first_drawn_s.values()),
        watch.last.notes if watch.last else (),
    )


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
