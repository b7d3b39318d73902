"""The audio worker of this product, as data.

Role: what records, and what the worker may do, for each kind of source. Counterpart:
`show.specs` has the other workers; `workers.audio` listens.
"""

import os
import shutil
import sys
from collections.abc import Mapping
from typing import Final

from stillframe.contracts.hearing import HEARING_CAP_BYTES
from stillframe.contracts.sandbox import Sandbox, Sockets
from stillframe.contracts.wire import PROTOCOLS
from stillframe.supervision.spec import Companion, Limits, RestartBudget, WorkerSpec
from stillframe.transport.latest import LatestShape

# What the worker reads: `workers.audio.sources.source` says the same of it.
_PAREC: Final = (
    "--raw",
    "--format=float32le",
    "--rate=48000",
    "--channels=2",
    # Two wake-ups a picture; with fewer the bars come late, with more nothing comes sooner.
    "--latency-msec=10",
    "--client-name=stillframe",
    "--stream-name=bars",
    "--device={}",
)
_MEMORY_BYTES: Final = 1 << 30
# One that dies every second is replaced every second: its silence would be seen.
_BUDGET: Final = RestartBudget(restarts=120, backoff_cap_s=0.1)


def recording(environ: Mapping[str, str]) -> Companion:
    """Return the program that records a device: `parec` or, where there is none, our own.

    `parec` is measured at a quarter to an eighth of the processor time of what our own is built on.
    """
    found = shutil.which("parec", path=environ.get("PATH"))
    if found is not None:
        return Companion((found, *_PAREC))
    module = "stillframe.workers.audio.recorder"
    return Companion((sys.executable, "-P", "-m", module, "{}"))


def audio_spec(
    source: str,
    environ: Mapping[str, str],
    *,
    code: tuple[bytes, ...] = (),
    confined: bool = True,
) -> WorkerSpec:
    """Return the worker that listens to a source, as `workers.audio.sources.setting` reads it.

    Args:
        source: what is listened to.
        environ: where programs and the sound server are found.
        code: the folders of what is loaded late.
        confined: whether it is held to a sandbox.
    """
    return WorkerSpec(
        name="audio",
        module="stillframe.workers.audio",
        protocol=PROTOCOLS["audio"],
        latest=LatestShape(HEARING_CAP_BYTES),
        companion=recording(environ) if is_live(source) else None,
        eager=False,
        standby=True,
        budget=_BUDGET,
        # What was heard a moment ago is of no use to the next frame: only the latest waits.
        limits=Limits(backlog=1),
        sandbox=sandbox(source, environ, code) if confined else None,
    )


def analysis_spec(path: bytes, *, code: tuple[bytes, ...], confined: bool) -> WorkerSpec:
    """Return the worker that listens to one file as fast as it can, and may do nothing else."""
    read_only = Sandbox(read=(os.path.abspath(path), *code), memory_bytes=_MEMORY_BYTES)
    return WorkerSpec(
        name="analysis",
        module="stillframe.workers.audio.analysis",
        protocol=PROTOCOLS["analysis"],
        sandbox=read_only if confined else None,
    )


def is_live(source: str) -> bool:
    """Say whether a source is a device, not a file or a tune."""
    return not source.startswith(("file:", "synthetic:"))


def sandbox(source: str, environ: Mapping[str, str], code: tuple[bytes, ...]) -> Sandbox:
    """Return what the worker may do: hear of devices, or read one file, and never both."""
    if not is_live(source):
        path = os.fsencode(source.removeprefix("file:")) if source.startswith("file:") else b""
        read = (os.path.abspath(path),) if path else ()
        return Sandbox(read=(*read, *code), memory_bytes=_MEMORY_BYTES)
    return Sandbox(
        read=(*_client_files(environ), *code), sockets=Sockets.UNIX, memory_bytes=_MEMORY_BYTES
    )


def _client_files(environ: Mapping[str, str]) -> tuple[bytes, ...]:
    """Return what a client of the sound server reads: its settings, and what lets it in."""
    home = environ.get("HOME", "")
    config = environ.get("XDG_CONFIG_HOME") or (home and f"{home}/.config")
    named = [environ.get(key, "") for key in ("PULSE_CLIENTCONFIG", "PULSE_COOKIE")]
    places = ("/etc/pulse", "/etc/machine-id", config and f"{config}/pulse", *named)
    return tuple(os.fsencode(place) for place in places if place)
