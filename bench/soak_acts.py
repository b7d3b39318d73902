"""Doing to a show what was planned for it.

Role: performs `bench.soak_plan`'s faults. Counterpart: `bench.soak_world` has what they are done
to.

Guarantees: what could not be done yet is tried again, for as long as there is time; what was never
done, or did not work, is said; a stopped process goes on at last, as if its owner had.
"""

import contextlib
import os
import signal
import subprocess
import sysconfig
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from bench.soak_plan import KINDS, Act, Fault
from bench.soak_processes import workers_of
from bench.soak_world import Disk, WallClock
from sound_server import SINK, SoundServer

COMMAND: Final = os.path.join(sysconfig.get_path("scripts"), "stillframe")
NO_CLOCK: Final = "no clock to set: no libfaketime"
_CONT_AFTER_S: Final = 30.0
_COMMAND_TIMEOUT_S: Final = 60.0
_DAY_S: Final = 86_400


@dataclass(frozen=True)
class World:
    """What faults are done to."""

    pid: int
    """The show's."""
    runtime: Path
    disk: Disk
    sound: SoundServer
    clock: WallClock


@dataclass
class Deeds:
    """What is still to be done, and what was."""

    waiting: list[Fault]
    done: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    _harmed: set[str] = field(default_factory=set)
    _stopped: list[tuple[float, int]] = field(default_factory=list)

    def go_on(self, world: World, elapsed_s: float, now_s: float) -> None:
        """Do what is due."""
        for fault in [it for it in self.waiting if it.at_s <= elapsed_s]:
            if fault.kind:
                self._harm(world.pid, fault, now_s)
                continue
            self.waiting.remove(fault)
            problem = _commit(world, fault.act)
            (self.problems if problem else self.done).append(problem or fault.act.value)
        for at_s, pid in [entry for entry in self._stopped if now_s - entry[0] > _CONT_AFTER_S]:
            self._stopped.remove((at_s, pid))
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)

    @property
    def failed(self) -> Iterator[str]:
        """What went wrong with going wrong; each kind of worker must have come to harm once."""
        yield from (problem for problem in self.problems if problem != NO_CLOCK)
        yield from (f"no {it.act} in time" for it in self.waiting if not it.kind)
        yield from (f"no {kind} came to harm" for kind in KINDS if kind not in self._harmed)

    def _harm(self, parent: int, fault: Fault, now_s: float) -> None:
        """Kill or stop a show's oldest worker of a kind; where there is none, the next one."""
        worker = next((pid for kind, pid in workers_of(parent) if kind == fault.kind), 0)
        if not worker:
            return
        try:
            os.kill(worker, signal.SIGKILL if fault.act is Act.KILL else signal.SIGSTOP)
        except ProcessLookupError:
            return
        if fault.act is Act.STOP:
            self._stopped.append((now_s, worker))
        self.waiting.remove(fault)
        self._harmed.add(fault.kind)
        self.done.append(f"{fault.act} {fault.kind}")


def _commit(world: World, act: Act) -> str:
    """Do one thing to the world; return what went wrong with it, if something did."""
    match act:
        case Act.UNPLUG:
            world.sound.add_sink("second", default=True)
            world.sound.silence()
            modules = world.sound.control("list", "short", "modules").splitlines()
            first = next(m.split("\t")[0] for m in modules if f"sink_name={SINK}" in m)
            world.sound.unload(first)
            world.sound.play("second")
        case Act.FILL_DISK:
            world.disk.fill(world.pid)
        case Act.FREE_DISK:
            world.disk.free(world.pid)
        case Act.CLOCK_BACK | Act.CLOCK_ON:
            day_s = -_DAY_S if act is Act.CLOCK_BACK else _DAY_S
            return "" if world.clock.set(day_s) else NO_CLOCK
        case Act.NEXT_STYLE:
            return _next_style(world.runtime)
    return ""


def _next_style(runtime: Path) -> str:
    environ = {**os.environ, "XDG_RUNTIME_DIR": str(runtime)}
    asked = subprocess.run(
        [COMMAND, "visualizer"],
        env=environ,
        check=False,
        capture_output=True,
        text=True,
        timeout=_COMMAND_TIMEOUT_S,
    )
    if asked.returncode == 0:
        return ""
    return f"the command for the next style: status {asked.returncode}, {asked.stderr.strip()}"
