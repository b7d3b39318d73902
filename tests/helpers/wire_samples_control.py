"""The samples of the control messages."""

import msgspec

from stillframe.contracts.control import (
    Accompany,
    ArenaGrant,
    Configure,
    Failed,
    Hello,
    Lack,
    LatestGrant,
    LogLevel,
    LogRecord,
    Ready,
    Start,
    Stop,
)
from stillframe.contracts.errors import Fault, FaultKind
from stillframe.contracts.messages import WIRE_VERSION
from stillframe.contracts.sandbox import Layer, LayerReport, LayerState, Sandbox, Sockets


def control_samples() -> tuple[msgspec.Struct, ...]:
    """Return one sample of every control message."""
    return (
        Start(
            worker="images",
            version=WIRE_VERSION,
            heartbeat=5,
            arena=ArenaGrant(descriptor=6, slot_count=12, slot_bytes=33_181_696),
            latest=LatestGrant(descriptor=7, slot_count=4, payload_bytes=4096),
            companion=8,
            settings={"max_source_pixels": 268_435_456, "gain": 2.5, "on": True, "who": "vips"},
            beat_interval_ms=500,
            sandbox=Sandbox(
                read=(b"/home/ada/Pictures",),
                write=(b"/home/ada/.cache/stillframe",),
                make=(b"/home/ada/.cache/stillframe",),
                execute=(b"/usr/bin/qsb",),
                sockets=Sockets.UNIX,
                memory_bytes=1 << 30,
                open_files=48,
            ),
        ),
        Configure(settings={"max_source_bytes": 536_870_912}),
        Stop(reason="the show is over"),
        Hello(worker="images", version=WIRE_VERSION, pid=4242),
        Ready(
            pid=4242,
            packages=("msgspec", "pyvips"),
            layers=(LayerReport(layer=Layer.LANDLOCK, state=LayerState.ON, detail="version 4"),),
            lacks=(Lack(what="HEIC", package="pillow-heif"),),
        ),
        Failed(error=Fault(kind=FaultKind.BAD_REQUEST, detail="no arena", actual=1, limit=2)),
        Accompany(argument="alsa_output.pci.monitor", anew=True),
        LogRecord(
            level=LogLevel.WARNING,
            event="decoded",
            seq=11,
            generation=7,
            reason="slow disk",
            duration_ns=1_500_000,
        ),
    )
