"""Our own recording program, at a real sound server."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from listener import Listener
from sound_server import SINK, SoundServer, sound_server
from stillframe.supervision.spec import Companion
from stillframe.workers.audio import recorder

COMMAND = (sys.executable, "-P", "-m", recorder.__name__)


@pytest.fixture
def sounds(tmp_path: Path) -> Iterator[SoundServer]:
    with sound_server(tmp_path) as started:
        yield started


def test_it_does_what_parec_does(sounds: SoundServer) -> None:
    sounds.play(hz=1000)
    one = Listener(sounds, "auto", Companion((*COMMAND, "{}")))
    one.until_heard(1000)
    sounds.silence()
    sounds.play(hz=440)
    one.until_heard(440)
    one.close()


def test_it_ends_with_its_reader(sounds: SoundServer) -> None:
    sounds.play()
    with subprocess.Popen(
        [*COMMAND, f"{SINK}.monitor"], env=dict(sounds.environ), stdout=subprocess.PIPE
    ) as running:
        assert running.stdout is not None
        assert running.stdout.read(4096)
        running.stdout.close()
        assert running.wait(30) == recorder.EXIT_OK


@pytest.mark.parametrize("device", ["no such device", f"{SINK}.monitor"])
def test_what_cannot_be_recorded_is_a_line(device: str, sounds: SoundServer) -> None:
    if device.startswith(SINK):
        sounds.kill()
    done = subprocess.run(
        [*COMMAND, device], env=dict(sounds.environ), capture_output=True, check=False, timeout=30
    )
    assert (done.returncode, done.stdout) == (recorder.EXIT_FAILED, b"")
    assert done.stderr.decode().startswith(f"{device} cannot be recorded")
    assert done.stderr.count(b"\n") == 1


def test_without_a_device_it_says_how_it_is_used(capsys: pytest.CaptureFixture[str]) -> None:
    assert recorder.main([]) == recorder.EXIT_USAGE
    assert "DEVICE" in capsys.readouterr().err
