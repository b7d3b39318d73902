"""What the sound server has, and who plays.

Role: a thread that stays connected, hears of every change, and keeps the newest facts. Counterpart:
PulseAudio, or PipeWire that speaks like it; `listening` decides by the facts, `sources.live` waits
for `changed`.

Guarantees:
- Nobody waits for the server but this thread: a server that hangs holds up nothing else.
- Without a server, a look at its socket now and then is all that it costs.
- Whoever starts it does so in its sandbox: the thread is held like the rest of the process.
"""

import contextlib
import os
import stat
import threading
from collections.abc import Mapping
from typing import Any, Final

from stillframe.workers.audio.listening import Device, Server

try:
    import pulsectl
    from pulsectl._pulsectl import LibPulse
except OSError:  # the system has no libpulse; there is no sound server to talk to either
    pulsectl = None

# A server that was started again is heard within a second.
_RETRY_S: Final = 0.25
# Changes come in bundles, such as a stream that begins; one look after them is enough.
_GATHER_S: Final = 0.02
# A thread that waits in the library cannot be woken from outside; it looks up now and then.
_CLOSE_WITHIN_S: Final = 5.0
_CLIENT: Final = "stillframe"
_SYSTEM_WIDE: Final = "/run/pulse/native"


class SoundServer:
    """The newest that is known of one sound server."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        """Begin to watch the server that an environment means."""
        self._addresses = addresses(environ)
        self._facts: Server | None = None
        self._closed, self._asked = threading.Event(), threading.Event()
        self._stale = False
        self.changed = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        """Can be read when there are new facts."""
        # The library would ask an X server for the address of the sound server.
        os.environ.pop("DISPLAY", None)
        self._thread = threading.Thread(target=self._watch, name="sound server", daemon=True)
        self._thread.start()

    @property
    def facts(self) -> Server | None:
        """What the server said last; None while there is none.

        Raises:
            RuntimeError: if the thread has ended by a bug; there would never be news again.
        """
        if not self._thread.is_alive() and not self._closed.is_set():
            raise RuntimeError("nobody watches the sound server any more")
        return self._facts

    def heard(self) -> bool:
        """Say whether there were new facts since the last call."""
        with contextlib.suppress(BlockingIOError):
            return os.eventfd_read(self.changed) > 0
        return False

    def wait(self, timeout_s: float) -> Server | None:
        """Wait for the first answer, and return what is known."""
        self._asked.wait(timeout_s)
        return self.facts

    def close(self) -> None:
        """Stop watching; the thread ends within seconds, or with the process."""
        self._closed.set()

    # On the thread from here on.

    def _watch(self) -> None:
        try:
            self._keep_watch()
        finally:
            os.eventfd_write(self.changed, 1)  # so that an end that is a bug is seen

    def _keep_watch(self) -> None:
        while not self._closed.is_set():
            address = next(filter(_is_there, self._addresses), None)
            if address is not None and pulsectl is not None:
                # A name that is no text is a ValueError; whoever sends it is asked again later.
                gone = (pulsectl.PulseError, pulsectl.PulseDisconnected, LibPulse.CallError)
                with contextlib.suppress(*gone, ValueError):
                    self._converse(address)
            self._tell(None)
            self._closed.wait(_RETRY_S)

    def _converse(self, address: str) -> None:
        """Stay connected, until the server goes or nobody wants to know any more."""
        with pulsectl.Pulse(_CLIENT, server=address, connect=False) as pulse:
            pulse.connect()
            pulse.event_mask_set("server", "sink", "source", "sink_input")
            pulse.event_callback_set(self._on_event)
            while not self._closed.is_set():
                self._stale = False
                self._tell(_facts_of(pulse))
                while not (self._stale or self._closed.is_set()):
                    pulse.event_listen(_CLOSE_WITHIN_S)
                self._closed.wait(_GATHER_S)

    def _on_event(self, event: object) -> None:
        del event
        self._stale = True
        raise pulsectl.PulseLoopStop

    def _tell(self, facts: Server | None) -> None:
        if facts != self._facts or not self._asked.is_set():
            self._facts = facts
            self._asked.set()
            os.eventfd_write(self.changed, 1)


def addresses(environ: Mapping[str, str]) -> tuple[str, ...]:
    """Return where the server may be, likeliest first, as its clients look for it."""
    if environ.get("PULSE_SERVER"):
        return (environ["PULSE_SERVER"],)
    runtime = environ.get("XDG_RUNTIME_DIR") or f"/run/user/{os.getuid()}"
    own = environ.get("PULSE_RUNTIME_PATH") or f"{runtime}/pulse"
    return (f"unix:{own}/native", f"unix:{_SYSTEM_WIDE}")


def _is_there(address: str) -> bool:
    """Say whether it is worth trying; of an address that is no file only a try can tell."""
    path = address.removeprefix("unix:")
    if not path.startswith("/"):
        return True
    try:
        return stat.S_ISSOCK(os.stat(path).st_mode)
    except OSError:
        return False


def _facts_of(pulse: Any) -> Server:  # noqa: ANN401 - a library without types
    about = pulse.server_info()
    played = {each.sink for each in pulse.sink_input_list() if not each.corked}
    playing = {sink.name for sink in pulse.sink_list() if sink.index in played}
    devices = tuple(
        Device(
            name=source.name,
            description=source.description or source.name,
            monitor_of=source.monitor_of_sink_name or "",
            playing=not source.monitor_of_sink_name or source.monitor_of_sink_name in playing,
        )
        for source in pulse.source_list()
    )
    return Server(devices, about.default_sink_name or "", about.default_source_name or "")
