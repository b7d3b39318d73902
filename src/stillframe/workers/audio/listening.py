"""What to listen to, and when to begin anew; pure.

Role: from what the sound server says and when sound last came, to the device that should be open
now and the sentence that a person may read. Counterpart: `sources.live` has the clock, the server
and the pipe; the supervisor starts the recording program.

Guarantees:
- Nothing is recorded while nobody plays: what we record keeps a sound card awake, and costs.
- A device that is gone is let go at once, and its successor opened at once.
- A device that falls silent while somebody plays is opened anew after `STALL_NS`; one that never
  says anything ever more seldom, and never for the last time.
"""

from dataclasses import dataclass, replace
from typing import Final

_MS: Final = 1_000_000
_S: Final = 1_000_000_000
# Sound comes every few milliseconds; what stutters on a busy machine is back before this.
STALL_NS: Final = 300 * _MS
# A sink hands out what it has computed ahead first: two seconds at most, by the server's own bound.
FIRST_NS: Final = 2500 * _MS
LONGEST_NS: Final = 30 * _S
# Between two pieces of music; to start again takes a few milliseconds.
LINGER_NS: Final = 5 * _S
# One that was heard for so long is no device that only ever stutters.
SETTLED_NS: Final = 2 * _S
_DOUBLINGS_CAP: Final = 16

AUTO: Final = "auto"
MIC: Final = "mic"
NO_SERVER: Final = "no sound server was found; start PulseAudio or PipeWire to see the sound"
NO_DEVICE: Final = "the sound server has no device to listen to"


@dataclass(frozen=True)
class Device:
    """Something that can be recorded.

    Attributes:
        name: the server's own word for it.
        description: the same for people.
        monitor_of: the name of the sink whose sound this is; empty for a microphone or a line.
        playing: whether somebody plays to that sink; always so where it is no monitor.
    """

    name: str
    description: str
    monitor_of: str = ""
    playing: bool = True


@dataclass(frozen=True)
class Server:
    """What a sound server says at one moment; the defaults are names, empty where there is none."""

    devices: tuple[Device, ...] = ()
    default_sink: str = ""
    default_source: str = ""


@dataclass(frozen=True)
class Ear:
    """What is open, and since when.

    Attributes:
        device: what is being recorded; empty if nothing is.
        since_ns: when it was opened.
        heard_ns: when the last sound came from it; 0 if none did.
        played_ns: when somebody was last seen to play to it.
        playing_since_ns: since when they do so without a break; 0 if nobody does.
        tries: how often it was opened anew without sound for a while.
    """

    device: str = ""
    since_ns: int = 0
    heard_ns: int = 0
    played_ns: int = 0
    playing_since_ns: int = 0
    tries: int = 0


@dataclass(frozen=True)
class Verdict:
    """What is to be done.

    Attributes:
        ear: the state from now on.
        reopen: whether what `ear.device` says is to be opened now; let go of, if it says nothing.
        listens_to: what is listened to, for people; empty if it is nothing.
        note: what a person should know; empty if all is well.
        again_ns: when to look again, if nothing happens before; None for never.
    """

    ear: Ear
    reopen: bool
    listens_to: str
    note: str
    again_ns: int | None


def heard(ear: Ear, now_ns: int) -> Ear:
    """Note that sound came."""
    settled = now_ns - ear.since_ns >= SETTLED_NS
    return replace(ear, heard_ns=now_ns, tries=0 if settled else ear.tries)


def look(ear: Ear, server: Server | None, wanted: str, now_ns: int) -> Verdict:
    """Decide what should be open.

    Args:
        ear: the state.
        server: what the sound server says; None if there is none.
        wanted: `auto`, `mic`, or what a person calls a device.
        now_ns: the time.
    """
    if server is None:
        return _let_go(ear, NO_SERVER)
    device = choose(server, wanted)
    if device is None:
        missing = f"no sound device is called {wanted!r}; see `stillframe audio devices`"
        return _let_go(ear, NO_DEVICE if wanted in (AUTO, MIC) else missing)
    if device.name != ear.device:
        if not device.playing:
            return _let_go(ear, "", device)
        return _open(Ear(device.name), device, now_ns)
    if not device.playing:
        return _nobody_plays(replace(ear, playing_since_ns=0), device, now_ns)
    begun_ns = ear.playing_since_ns or now_ns
    return _somebody_plays(
        replace(ear, played_ns=now_ns, playing_since_ns=begun_ns), device, now_ns
    )


def choose(server: Server, wanted: str) -> Device | None:
    """Return the device that is meant; None if there is none.

    `auto` is what the computer plays: to its default sink or, where nobody does, to another.
    """
    if wanted == MIC:
        return _named(server, server.default_source)
    if wanted != AUTO:
        return _meant(server, wanted)
    monitors = [device for device in server.devices if device.monitor_of]
    default = next((d for d in monitors if d.monitor_of == server.default_sink), None)
    if default is None or not default.playing:
        return next((device for device in monitors if device.playing), default)
    return default


def _named(server: Server, name: str) -> Device | None:
    return next((device for device in server.devices if device.name == name), None)


def _meant(server: Server, wanted: str) -> Device | None:
    """Return the device of that name, sink or description, or the only one with those words."""
    if not wanted:
        return None
    said = wanted.casefold()
    sinks = (device for device in server.devices if device.monitor_of == wanted)
    told = (device for device in server.devices if device.description.casefold() == said)
    exact = _named(server, wanted) or next(sinks, None) or next(told, None)
    if exact is not None:
        return exact
    close = [d for d in server.devices if said in d.description.casefold() or said in d.name]
    return close[0] if len(close) == 1 else None


def _open(ear: Ear, device: Device, now_ns: int) -> Verdict:
    opened = replace(ear, since_ns=now_ns, heard_ns=0, played_ns=now_ns, playing_since_ns=now_ns)
    return Verdict(opened, True, device.description, "", now_ns + _patience_ns(opened))


def _let_go(ear: Ear, note: str, device: Device | None = None) -> Verdict:
    return Verdict(Ear(), bool(ear.device), device.description if device else "", note, None)


def _nobody_plays(ear: Ear, device: Device, now_ns: int) -> Verdict:
    until_ns = ear.played_ns + LINGER_NS
    if now_ns >= until_ns:
        return _let_go(ear, "", device)
    return Verdict(ear, False, device.description, "", until_ns)


def _somebody_plays(ear: Ear, device: Device, now_ns: int) -> Verdict:
    due_ns = max(ear.since_ns, ear.heard_ns, ear.playing_since_ns) + _patience_ns(ear)
    if now_ns < due_ns:
        note = _silent(device) if ear.tries > 1 and not ear.heard_ns else ""
        return Verdict(ear, False, device.description, note, due_ns)
    again = _open(replace(ear, tries=ear.tries + 1), device, now_ns)
    return replace(again, note=_silent(device) if again.ear.tries > 1 else "")


def _silent(device: Device) -> str:
    return f"no sound comes from {device.description}, although something plays; still trying"


def _patience_ns(ear: Ear) -> int:
    """Return how long it may say nothing, from when it last did or should have begun to."""
    first_ns = STALL_NS if ear.heard_ns else FIRST_NS
    return min(LONGEST_NS, first_ns << min(ear.tries, _DOUBLINGS_CAP))
