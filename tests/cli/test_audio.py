"""The commands about sound, as they are installed, at a real sound server."""

import json
import os
import pty
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
import soundfile

from shows import STILLFRAME, environment
from sound_server import PATIENCE_S, SoundServer, sound_server
from stillframe.cli.audio import DeviceRow, rows_of
from stillframe.workers.audio.listening import Device, Server
from stillframe.workers.audio.sources.synthetic import SyntheticFrames


@pytest.fixture
def sounds(tmp_path: Path) -> Iterator[SoundServer]:
    with sound_server(tmp_path) as started:
        yield started


def run(environ: Mapping[str, str], *words: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [STILLFRAME, "audio", *words],
        env=dict(environ),
        capture_output=True,
        check=False,
        text=True,
        timeout=PATIENCE_S,
    )


def test_devices_are_listed(sounds: SoundServer) -> None:
    sounds.add_sink("other", default=True)
    environ = environment(sounds.folder)
    plain = run(environ, "devices")
    assert (plain.returncode, plain.stderr) == (0, "")
    assert plain.stdout.splitlines() == [
        "* other.monitor  Monitor of Null Output (playback)",
        "  ci.monitor     Monitor of Null Output (playback)",
    ]
    told = json.loads(run(environ, "devices", "--json").stdout)
    assert [(row["name"], row["default"], row["kind"]) for row in told] == [
        ("other.monitor", True, "playback"),
        ("ci.monitor", False, "playback"),
    ]


def test_rows_say_what_plays_and_what_is_meant_without_a_word() -> None:
    devices = (
        Device("mic0", "Microphone"),
        Device("a.monitor", "Monitor of A", "a", playing=False),
        Device("b.monitor", "Monitor of B", "b", playing=True),
    )
    rows = rows_of(Server(devices, default_sink="b", default_source="mic0"))
    assert rows == (
        DeviceRow(
            name="b.monitor",
            description="Monitor of B",
            kind="playback",
            default=True,
            playing=True,
        ),
        DeviceRow(
            name="a.monitor",
            description="Monitor of A",
            kind="playback",
            default=False,
            playing=False,
        ),
        DeviceRow(
            name="mic0", description="Microphone", kind="microphone", default=True, playing=False
        ),
    )


def test_without_a_server_it_is_one_line(tmp_path: Path) -> None:
    done = run(environment(tmp_path), "devices")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == ("stillframe: no sound server was found; start PulseAudio or PipeWire\n")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_meter_shows_what_is_heard_until_it_is_interrupted(
    number: signal.Signals, sounds: SoundServer
) -> None:
    sounds.play(hz=440)
    ours, theirs = pty.openpty()
    environ = {**environment(sounds.folder), "TERM": "xterm", "COLUMNS": "80"}
    with subprocess.Popen([STILLFRAME, "audio", "meter"], env=environ, stdout=theirs) as meter:
        os.close(theirs)
        shown = b""
        deadline_s = time.monotonic() + PATIENCE_S
        while "█".encode() not in shown or b"loudness" not in shown:
            assert time.monotonic() < deadline_s, shown
            shown += os.read(ours, 65536)
        meter.send_signal(number)
        while meter.poll() is None:
            try:
                os.read(ours, 65536)  # what it says still must not hold it up
            except OSError:
                break
        assert meter.wait(PATIENCE_S) == 0
    os.close(ours)
    assert shown.startswith(b"Listening to Monitor of Null Output; Ctrl-C ends.")
    assert sounds.recorders() == []


def test_a_meter_of_nothing_is_one_line(tmp_path: Path) -> None:
    done = run(environment(tmp_path), "meter", "--audio", "file:/no/such/file.ogg")
    assert done.returncode == 1
    assert done.stderr.startswith("stillframe: cannot open")
    assert done.stderr.count("\n") == 1


def test_a_file_is_analysed_as_json(tmp_path: Path) -> None:
    path = tmp_path / "a tune.wav"
    frames = SyntheticFrames(3, 48_000)
    soundfile.write(path, frames.take(15 * 48_000), 48_000)
    done = run(environment(tmp_path), "analyse", str(path))
    assert (done.returncode, done.stderr) == (0, "")
    told = json.loads(done.stdout)
    assert set(told) == {"tempo_bpm", "beats_s", "onsets_s"}
    assert told["onsets_s"] == sorted(told["onsets_s"])
    assert 0 <= told["beats_s"][0] < told["beats_s"][-1] <= 15.2
    ratio = told["tempo_bpm"] / frames.tempo_bpm
    assert min(abs(ratio - of) for of in (0.5, 1, 2)) < 0.05


@pytest.mark.parametrize("content", [None, b"no sound at all"])
def test_a_file_that_cannot_be_heard_is_one_line(content: bytes | None, tmp_path: Path) -> None:
    path = tmp_path / "broken.mp3"
    if content is not None:
        path.write_bytes(content)
    done = run(environment(tmp_path), "analyse", str(path))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"stillframe: {path}: ")
    assert done.stderr.count("\n") == 1
