"""A whole show for a long time, with all that can go wrong.

Role: the installed command on five thousand photos, twenty feeds, music from a real sound server,
every transition and every style, while workers are killed and stopped, the sound device goes, the
clock jumps and the disk is full. Counterpart: `bench.soak_plan` says when, `bench.soak_world` has
what it plays in.

    python -m bench.soak [--seconds 600 | --hours H] [--seed N] [--photos 5000]

Metrics: slopes of each process's own memory in KiB a minute over the last two thirds, for the
interface and each kind of worker; the most slots in use; files and threads early and late; frames
while something moves; samples of the screen that were black.

Guarantees: the show is watched from outside, as a person would; the exit status is 1 if it ended
by itself, stood still, or was black once.
"""

import argparse
import contextlib
import json
import os
import signal
import statistics
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from bench import table
from bench.soak_plan import Act, Fault, faults
from bench.soak_world import DARKEST, Disk, WallClock, feeds, make_library
from bench.table import Row
from sound_server import SINK, SoundServer, sound_server
from stillframe.contracts.status import ShowStatus
from stillframe.remote.address import runtime_folder
from stillframe.remote.client import Client, RemoteError
from virtual_screen import VirtualScreen

_COMMAND: Final = os.path.join(sysconfig.get_path("scripts"), "stillframe")
_WINDOW: Final = (480, 270)
_SETTINGS: Final = """[show]
interval_s = 2.0
transition_duration_s = 1.0
[transitions]
type = "random"
[audio]
source = "auto"
[visualizer]
style = "spectrum"
"""
_MIB: Final = 1 << 20
_STATE_MIB: Final = 48
_LOOK_EVERY_S, _ASK_EVERY_S = 0.25, 3.0
_START_S, _END_S = 60.0, 30.0
# A photo stays for two seconds, and a stopped decoder is replaced within some more.
_STANDSTILL_S: Final = 25.0
_CONT_AFTER_S: Final = 30.0
_DAY_S: Final = 86_400


@dataclass
class Seen:
    """What was seen from outside."""

    memory_kib: dict[str, list[tuple[float, float]]] = field(default_factory=dict)
    slots_used: dict[str, int] = field(default_factory=dict)
    slots: dict[str, int] = field(default_factory=dict)
    cache_bytes: int = 0
    """The most that decoded photos ever took."""
    files: list[int] = field(default_factory=list)
    threads: list[int] = field(default_factory=list)
    looks: int = 0
    black: int = 0
    changed_s: float = 0.0
    still_s: float = 0.0
    """The longest time without another photo."""
    photos: int = 0
    last: ShowStatus | None = None
    done: list[str] = field(default_factory=list)


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
        broken = make_library(home / "photos", given.photos, given.seed)
        seen, report = _soak(home, seconds, given.seed)
    rows = _rows(seen, report)
    notes = [
        f"{seconds:g} s, seed {given.seed}: {given.photos} photos, {broken} broken",
        f"done: {', '.join(seen.done)}",
        f"skipped: {report.get('skipped')}",
        f"crossfades instead: {report.get('transition_fallbacks')}",
        f"screen: {seen.looks} looks, {seen.black} black; longest {seen.still_s:.1f} s one photo",
    ]
    table.show("soak", rows, notes=notes)
    held = bool(report) and not seen.black and seen.still_s < _STANDSTILL_S
    return 0 if held else 1


def _soak(home: Path, seconds: float, seed: int) -> tuple[Seen, dict[str, Any]]:
    config = home / "config" / "stillframe"
    config.mkdir(parents=True)
    (config / "settings.toml").write_text(_SETTINGS)
    disk, clock = Disk(home / "written", _STATE_MIB), WallClock(home / "clock")
    (home / "run").mkdir(mode=0o700)
    with (
        VirtualScreen(*_WINDOW) as screen,
        sound_server(_sound_folder(home)) as sound,
        feeds(seed) as addresses,
    ):
        sound.play()
        environ = {
            **{name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ},
            "HOME": str(home / "written"),
            "XDG_CONFIG_HOME": str(home / "config"),
            "XDG_CACHE_HOME": str(home / "written" / "cache"),
            "XDG_STATE_HOME": str(home / "written" / "state"),
            "XDG_DATA_HOME": str(home / "written" / "data"),
            "XDG_RUNTIME_DIR": str(home / "run"),
            **clock.environ,
            "PULSE_SERVER": f"unix:{sound.folder}/pulse/native",
        }
        with _playing(home, disk, screen.environ(environ), addresses) as process:
            seen = _watch(
                process, screen, _World(home, disk, sound, clock), faults(seconds, seed), seconds
            )
            process.send_signal(signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(_END_S)
        report = home / "report.json"
        return seen, json.loads(report.read_text()) if report.exists() else {}


def _sound_folder(home: Path) -> Path:
    folder = home / "sound"
    folder.mkdir(mode=0o700)
    return folder


@contextlib.contextmanager
def _playing(
    home: Path, disk: Disk, environ: Mapping[str, str], addresses: tuple[str, ...]
) -> Iterator[subprocess.Popen[bytes]]:
    hosts = ",".join(address.split("/")[2] for address in addresses)
    words = [
        *(_COMMAND, "play", "--windowed", "x".join(map(str, _WINDOW))),
        *("--report", str(home / "report.json"), "--allow-host", hosts),
        *(word for address in addresses for word in ("--feed", address)),
        str(home / "photos"),
    ]
    with (home / "log").open("wb") as log:
        process = subprocess.Popen(disk.command(words), env=dict(environ), stderr=log)
        try:
            yield process
        finally:
            if process.poll() not in (None, 0):
                print((home / "log").read_text()[-4000:], file=sys.stderr)
            process.kill()
            process.wait()


@dataclass(frozen=True)
class _World:
    """What faults are done to."""

    home: Path
    disk: Disk
    sound: SoundServer
    clock: WallClock


def _watch(
    process: subprocess.Popen[bytes],
    screen: VirtualScreen,
    world: _World,
    plan: tuple[Fault, ...],
    seconds: float,
) -> Seen:
    """Look at the screen, ask the show, and commit what is planned, until the time is over."""
    seen, waiting, stopped = Seen(), list(plan), list[tuple[float, int]]()
    begun_s = _first_photo_s(process, screen)
    seen.changed_s, asked_s = begun_s, 0.0
    while (now_s := time.monotonic()) - begun_s < seconds and process.poll() is None:
        seen.looks += 1
        width, height = _WINDOW
        seen.black += bool(screen.grab()[:height, :width].mean() < DARKEST / 2)
        if now_s - asked_s >= _ASK_EVERY_S:
            asked_s = now_s
            _ask(
                process.pid,
                runtime_folder({"XDG_RUNTIME_DIR": str(world.home / "run")}),
                seen,
                now_s,
            )
        while waiting and now_s - begun_s >= waiting[0].at_s:
            seen.done.append(_commit(waiting.pop(0), process.pid, world, stopped))
        # A process that somebody has stopped goes on at last: nobody must wait for that.
        for at_s, pid in [entry for entry in stopped if now_s - entry[0] > _CONT_AFTER_S]:
            stopped.remove((at_s, pid))
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)
        time.sleep(_LOOK_EVERY_S)
    return seen


def _first_photo_s(process: subprocess.Popen[bytes], screen: VirtualScreen) -> float:
    late_s = time.monotonic() + _START_S
    width, height = _WINDOW
    while screen.grab()[:height, :width].mean() < DARKEST:
        if process.poll() is not None or time.monotonic() > late_s:
            raise RuntimeError(f"no photo in {_START_S:g} s; the show: {process.poll()}")
        time.sleep(0.05)
    return time.monotonic()


def _ask(pid: int, folder: Path, seen: Seen, now_s: float) -> None:
    with contextlib.suppress(RemoteError), Client.to(folder) as client:
        status = client.status()
        seen.last = status
        if status.photos_shown != seen.photos:
            seen.photos, seen.changed_s = status.photos_shown, now_s
        seen.cache_bytes = max(seen.cache_bytes, status.cache.used_bytes)
        seen.still_s = max(seen.still_s, now_s - seen.changed_s)
        for worker in status.workers:
            if worker.pid:
                _note(seen, worker.name, now_s, worker.pid)
            if worker.arena:
                free = worker.arena.stages.get("free", 0)
                used = worker.arena.slot_count - free
                seen.slots[worker.name] = worker.arena.slot_count
                seen.slots_used[worker.name] = max(used, seen.slots_used.get(worker.name, 0))
    _note(seen, "interface", now_s, pid)
    with contextlib.suppress(OSError):
        folder_of = Path(f"/proc/{pid}")
        seen.files.append(len(list((folder_of / "fd").iterdir())))
        seen.threads.append(len(list((folder_of / "task").iterdir())))


def _note(seen: Seen, name: str, now_s: float, pid: int) -> None:
    """Note what a process has for itself: frames in shared memory fill their slots in any case."""
    with contextlib.suppress(OSError, IndexError):
        status = Path(f"/proc/{pid}/status").read_text()
        kib = int(status.partition("RssAnon:")[2].split()[0])
        seen.memory_kib.setdefault(name, []).append((now_s, float(kib)))


def _commit(fault: Fault, pid: int, world: _World, stopped: list[tuple[float, int]]) -> str:
    match fault.act:
        case Act.KILL | Act.STOP:
            worker = _worker(pid, fault.kind)
            if not worker:
                return f"no {fault.kind} to {fault.act}"
            with contextlib.suppress(ProcessLookupError):
                os.kill(worker, signal.SIGKILL if fault.act is Act.KILL else signal.SIGSTOP)
            if fault.act is Act.STOP:
                stopped.append((time.monotonic(), worker))
            return f"{fault.act} {fault.kind}"
        case Act.UNPLUG:
            world.sound.add_sink("second", default=True)
            world.sound.silence()
            modules = world.sound.control("list", "short", "modules").splitlines()
            first = next(m.split("\t")[0] for m in modules if f"sink_name={SINK}" in m)
            world.sound.unload(first)
            world.sound.play("second")
        case Act.FILL_DISK:
            world.disk.fill(pid)
        case Act.FREE_DISK:
            world.disk.free(pid)
        case Act.CLOCK_BACK | Act.CLOCK_ON:
            day = -_DAY_S if fault.act is Act.CLOCK_BACK else _DAY_S
            return fault.act.value if world.clock.set(day) else "no clock to set: no libfaketime"
        case Act.NEXT_STYLE:
            environ = {**os.environ, "XDG_RUNTIME_DIR": str(world.home / "run")}
            subprocess.run([_COMMAND, "visualizer"], env=environ, check=False, capture_output=True)
    return fault.act.value


def _worker(parent: int, kind: str) -> int:
    """Return the process number of a show's oldest worker of a kind; 0 if there is none."""
    wanted, found = f"stillframe.workers.{kind}".encode(), []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError, IndexError):
            words = (folder / "cmdline").read_bytes().split(b"\0")
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
            if wanted in words and int(fields[1]) == parent:
                found.append((int(fields[19]), int(folder.name)))
    return min(found, default=(0, 0))[1]


def slope_kib_min(samples: list[tuple[float, float]]) -> float:
    """Return how much more memory a minute brings, over the last two thirds."""
    kept = samples[len(samples) // 3 :]
    if len(kept) < 3 or kept[0][0] == kept[-1][0]:
        return 0.0
    times, sizes = zip(*kept, strict=True)
    return statistics.linear_regression(times, sizes).slope * 60


def _rows(seen: Seen, report: Mapping[str, Any]) -> list[Row]:
    rows = [
        Row(name, "memory_slope", "KiB/min", slope_kib_min(samples))
        for name, samples in seen.memory_kib.items()
    ]
    rows += [
        Row(name, "memory_late", "KiB", samples[-1][1], {"early": samples[len(samples) // 3][1]})
        for name, samples in seen.memory_kib.items()
    ]
    rows += [
        Row(name, "slots_most", "slots", used, {"there_are": seen.slots[name]})
        for name, used in seen.slots_used.items()
    ]
    cap_mib = seen.last.cache.cap_bytes / _MIB if seen.last else 0.0
    rows.append(Row("cache", "most", "MiB", seen.cache_bytes / _MIB, {"cap": cap_mib}))
    for metric, counts in (("files", seen.files), ("threads", seen.threads)):
        if counts:
            early = counts[len(counts) // 3]
            rows.append(Row("interface", metric, metric, counts[-1], {"early": early}))
    for worker in seen.last.workers if seen.last else ():
        refused, dropped = sum(worker.refused.values()), sum(worker.dropped.values())
        answered = worker.completed + refused + dropped
        asked = worker.asked - worker.queued - worker.in_flight
        rows.append(Row(worker.name, "answered", "requests", answered, {"asked": asked}))
        rows.append(Row(worker.name, "answered_twice", "requests", worker.stale))
        rows.append(Row(worker.name, "restarts", "times", worker.restarts))
    intervals = report.get("frame_interval_ms") or {}
    rows += [Row("frames", f"interval_{name}", "ms", value) for name, value in intervals.items()]
    rows.append(Row("show", "photos", "photos", report.get("photos_shown", 0)))
    rows.append(Row("show", "black", "looks", seen.black))
    rows.append(Row("show", "longest_photo", "s", seen.still_s))
    return rows


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
