"""The audio worker's spec: what it says, and that it works, confined, at a real sound server."""

import contextlib
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from crew import is_alive
from sound_server import PATIENCE_S, SoundServer, sound_server, write_tone
from stillframe.contracts.audio import (
    AudioRequest,
    FloorConfig,
    GhostingConfig,
    SmoothingConfig,
    WindowConfig,
)
from stillframe.contracts.hearing import Hearing, unpack
from stillframe.contracts.sandbox import LayerState, Sockets
from stillframe.show import sound
from stillframe.supervision import events
from stillframe.supervision.events import WorkerState
from stillframe.supervision.supervisor import Supervisor
from stillframe.transport.latest import LatestReader

PERSON = {"HOME": "/home/ada", "PATH": "/nowhere"}
CODE = (b"/code",)


def test_parec_records_where_there_is_one(tmp_path: Path) -> None:
    fake = tmp_path / "parec"
    fake.write_text("")
    fake.chmod(0o755)
    command = sound.recording({"PATH": str(tmp_path)}).command("speakers.monitor")
    assert (command[0], command[-1]) == (str(fake), "--device=speakers.monitor")
    command = sound.recording({"PATH": "/nowhere"}).command("speakers.monitor")
    assert (command[0], command[-1]) == (sys.executable, "speakers.monitor")


def test_who_hears_devices_reads_no_file_and_who_reads_a_file_has_no_socket() -> None:
    live, file, tune = (
        sound.sandbox(source, PERSON, CODE) for source in ("auto", "file:/a/b.ogg", "synthetic:1")
    )
    assert (live.sockets, file.sockets, tune.sockets) == (
        Sockets.UNIX,
        Sockets.NONE,
        Sockets.NONE,
    )
    assert live.read == (b"/etc/pulse", b"/etc/machine-id", b"/home/ada/.config/pulse", b"/code")
    assert (file.read, tune.read) == ((b"/a/b.ogg", b"/code"), (b"/code",))


def test_a_file_is_found_from_wherever_the_worker_is() -> None:
    assert sound.sandbox("file:b.ogg", PERSON, ()).read == (os.path.abspath(b"b.ogg"),)


def test_only_devices_are_recorded() -> None:
    kinds = [sound.audio_spec(s, PERSON).companion for s in ("auto", "file:/a", "synthetic:1")]
    assert [kind is not None for kind in kinds] == [True, False, False]


class Hearer:
    """A real audio worker and what it publishes."""

    def __init__(self, source: str, environ: Mapping[str, str]) -> None:
        code = tuple(os.fsencode(place) for place in sys.path if place)
        spec = sound.audio_spec(source, environ, code=code)
        self.supervisor = Supervisor([spec], environ=environ)
        self.source, self.events = source, list[events.Event]()
        self.reader: LatestReader = self.supervisor.latest("audio")

    def listen(self) -> None:
        """Ask for bars."""
        asking = self.supervisor.asking("audio")
        request = AudioRequest(
            **asking,
            source=self.source,
            window=WindowConfig(),
            smoothing=SmoothingConfig(),
            ghosting_cfg=GhostingConfig(),
            floor_config=FloorConfig(),
        )
        self.supervisor.post(events.Submit(request))

    def until(self, condition: Callable[[Hearing], bool]) -> Hearing:
        """Wait for a publication of which something is so."""
        deadline_s = time.monotonic() + PATIENCE_S
        while True:
            payload = self.reader.poll()
            if payload is not None and condition(heard := unpack(payload)):
                return heard
            while (event := self.supervisor.take()) is not None:
                self.events.append(event)
            assert time.monotonic() < deadline_s, self.events
            time.sleep(0.002)

    def pid(self) -> int:
        """Return the process that works."""
        ready = [
            event.pid
            for event in self.events
            if isinstance(event, events.WorkerChanged) and event.state is WorkerState.READY
        ]
        return ready[-1]


@contextlib.contextmanager
def hearing(source: str, environ: Mapping[str, str]) -> Iterator[Hearer]:
    hearer = Hearer(source, environ)
    with hearer.supervisor:
        hearer.listen()
        yield hearer


@pytest.fixture
def sounds(tmp_path: Path) -> Iterator[SoundServer]:
    with sound_server(tmp_path) as started:
        yield started


def test_a_confined_worker_hears_what_is_played(sounds: SoundServer) -> None:
    sounds.play(hz=440)
    with hearing("auto", sounds.environ) as hearer:
        heard = hearer.until(lambda heard: heard.sounding and max(heard.bars) > 0.1)
        assert heard.note == ""
        layers = [
            layer
            for event in hearer.events
            if isinstance(event, events.WorkerChanged)
            for layer in event.layers
        ]
        assert {layer.state for layer in layers} == {LayerState.ON}
        assert sounds.recorders() == ["ci.monitor"]
    assert sounds.recorders() == []


def test_a_worker_that_dies_is_followed_by_sound(sounds: SoundServer) -> None:
    sounds.play(hz=440)
    with hearing("auto", sounds.environ) as hearer:
        hearer.until(lambda heard: heard.sounding)
        first = hearer.pid()
        os.kill(first, signal.SIGKILL)
        while is_alive(first):
            time.sleep(0.001)
        hearer.listen()
        died_ns = time.monotonic_ns()
        hearer.until(lambda heard: heard.sounding and heard.ts_ns > died_ns)


def test_without_a_server_it_says_so_and_hears_one_that_comes(sounds: SoundServer) -> None:
    sounds.kill()
    with hearing("auto", sounds.environ) as hearer:
        hearer.until(lambda heard: "no sound server" in heard.note)
        sounds.start()
        sounds.play(hz=440)
        hearer.until(lambda heard: heard.sounding and heard.note == "")


def test_a_file_is_heard_without_any_server(tmp_path: Path) -> None:
    tone = tmp_path / "tone.wav"
    write_tone(tone, hz=440, level=0.5, seconds=3)
    with hearing(f"file:{tone}", os.environ) as hearer:
        hearer.until(lambda heard: heard.sounding and max(heard.bars) > 0.1)
