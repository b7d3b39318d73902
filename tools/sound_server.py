"""A real PulseAudio in a folder of the test's own: sinks that lead nowhere, and what plays to them.

It needs no root, no D-Bus and no sound card.
"""

import os
import shutil
import signal
import subprocess
import time
import wave
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import numpy.typing as npt

PATIENCE_S = 30.0
RATE_HZ = 48_000
SINK = "ci"
# A sink that leads nowhere computes two seconds ahead, and who begins to record does not hear them;
# with this it computes as little as a sound card does.
_PROMPT = "norewinds=1"
_LATENCY = "--latency-msec=20"


class SoundServer:
    """One server; what plays ends with it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.folder.chmod(0o700)
        self.environ: Mapping[str, str] = {
            **{key: value for key, value in os.environ.items() if not key.startswith("PULSE_")},
            "XDG_RUNTIME_DIR": str(folder),
            "HOME": str(folder),
        }
        self._server: subprocess.Popen[bytes] | None = None
        self._players: list[subprocess.Popen[bytes]] = []

    def start(self, *sinks: str) -> None:
        """Start it with sinks, such as `name rate=44100 channels=8`; with none, the usual one."""
        modules = sinks or (f"{SINK} rate={RATE_HZ} channels=2",)
        loads = [f"--load=module-null-sink {_PROMPT} sink_name={sink}" for sink in modules]
        self._server = subprocess.Popen(
            [
                _program("pulseaudio"),
                *("-n", "--daemonize=no", "--exit-idle-time=-1", "--disallow-exit"),
                *(
                    "--realtime=no",
                    "--high-priority=no",
                    "--log-target=stderr",
                    "--log-level=error",
                ),
                "--load=module-native-protocol-unix",
                *loads,
                "--load=module-always-sink",
            ],
            env=dict(self.environ),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        deadline_s = time.monotonic() + PATIENCE_S
        while not self._answers():
            if self._server.poll() is not None or time.monotonic() > deadline_s:
                raise RuntimeError("the sound server did not start")
            time.sleep(0.005)

    def kill(self) -> None:
        """End it as a crash does; what played to it ends too."""
        if self._server is not None:
            self._server.kill()
            self._server.wait()
            self._server = None
        for player in self._players:
            player.wait()
        self._players.clear()

    def freeze(self) -> None:
        """Let it stand still."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        self._signal(signal.SIGCONT)

    def _signal(self, number: signal.Signals) -> None:
        if self._server is not None:
            self._server.send_signal(number)

    def play(self, sink: str = SINK, *, hz: float = 440.0, level: float = 0.5) -> None:
        """Play a tone to a sink, for a long time."""
        tone = self.folder / f"tone-{hz:g}-{level:g}.wav"
        if not tone.exists():
            write_tone(tone, hz=hz, level=level, seconds=60)
        command = [_program("paplay"), _LATENCY, f"--device={sink}", str(tone)]
        self._players.append(subprocess.Popen(command, env=dict(self.environ)))

    def silence(self) -> None:
        """End everything that plays."""
        for player in self._players:
            player.kill()
            player.wait()
        self._players.clear()

    def control(self, *words: str) -> str:
        """Have `pactl` do something; return what it says."""
        done = subprocess.run(
            [_program("pactl"), *words],
            env=dict(self.environ),
            capture_output=True,
            check=True,
            text=True,
            timeout=PATIENCE_S,
        )
        return done.stdout.strip()

    def add_sink(self, name: str, *, default: bool = False) -> str:
        """Add a sink while it runs; return what `unload` takes."""
        module = self.control("load-module", "module-null-sink", _PROMPT, f"sink_name={name}")
        if default:
            self.control("set-default-sink", name)
        return module

    def unload(self, module: str) -> None:
        """Take away what a module brought, as one pulls a plug."""
        self.control("unload-module", module)

    def recorders(self) -> list[str]:
        """Return which sources are being recorded, one entry for each who does."""
        listed = self.control("list", "short", "source-outputs")
        names = dict(
            line.split("\t")[:2] for line in self.control("list", "short", "sources").splitlines()
        )
        return [names[line.split("\t")[1]] for line in listed.splitlines()]

    def _answers(self) -> bool:
        done = subprocess.run(
            [_program("pactl"), "info"], env=dict(self.environ), capture_output=True, check=False
        )
        return done.returncode == 0


def _program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise RuntimeError(f"{name} is not installed; ./run setup installs it")
    return found


def write_tone(path: Path, *, hz: float, level: float, seconds: float) -> None:
    """Write a sine as a stereo WAV file."""
    t = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    write_sound(path, level * np.sin(2 * np.pi * hz * t))


def write_sound(path: Path, wave_form: npt.NDArray[np.float64]) -> None:
    """Write samples of -1 to 1 to both channels of a WAV file, by the standard library's writer."""
    samples = np.repeat(np.round(32767 * wave_form), 2).astype("<i2")
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes(samples.tobytes())


def pitch_hz(samples: npt.NDArray[np.float32]) -> float:
    """Return the loudest pitch in the left channel."""
    spectrum = np.abs(np.fft.rfft(samples[:, 0] * np.hanning(len(samples))))
    return float(spectrum.argmax()) * RATE_HZ / len(samples)


@contextmanager
def sound_server(folder: Path, *sinks: str) -> Iterator[SoundServer]:
    """Yield a running server, and end it and all that plays."""
    server = SoundServer(folder)
    try:
        server.start(*sinks)
        yield server
    finally:
        server.thaw()
        server.silence()
        server.kill()
