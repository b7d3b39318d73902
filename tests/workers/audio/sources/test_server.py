"""What is known of a real sound server, and where it is looked for."""

import os
import select
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sound_server import PATIENCE_S, SoundServer, sound_server
from stillframe.workers.audio.listening import Device, Server
from stillframe.workers.audio.sources import server
from stillframe.workers.audio.sources.server import addresses

CI = Device("ci.monitor", "Monitor of Null Output", "ci", playing=False)


@pytest.fixture
def sounds(tmp_path: Path) -> Iterator[SoundServer]:
    with sound_server(tmp_path) as started:
        yield started


def _until(watch: server.SoundServer, condition: Callable[[Server | None], bool]) -> None:
    """Wait for facts, as the source does: by the descriptor alone."""
    deadline_s = time.monotonic() + PATIENCE_S
    while not condition(watch.facts):
        ready, _, _ = select.select([watch.changed], [], [], deadline_s - time.monotonic())
        assert ready, watch.facts
        assert watch.heard()


def test_devices_defaults_and_who_plays_are_known(sounds: SoundServer) -> None:
    watch = server.SoundServer(sounds.environ)
    assert watch.wait(PATIENCE_S) == Server((CI,), "ci", "ci.monitor")
    sounds.play()
    _until(watch, lambda facts: facts is not None and facts.devices[0].playing)
    sounds.silence()
    _until(watch, lambda facts: facts is not None and not facts.devices[0].playing)
    sounds.add_sink("other", default=True)
    _until(watch, lambda facts: facts is not None and facts.default_sink == "other")
    watch.close()


def test_what_is_paused_does_not_play(sounds: SoundServer) -> None:
    watch = server.SoundServer(sounds.environ)
    sounds.play()
    _until(watch, lambda facts: facts is not None and facts.devices[0].playing)
    sounds.control("suspend-sink", "ci", "1")
    sounds.silence()
    _until(watch, lambda facts: facts is not None and not facts.devices[0].playing)
    watch.close()


def test_a_server_comes_and_goes(tmp_path: Path) -> None:
    with sound_server(tmp_path) as sounds:
        sounds.kill()
        watch = server.SoundServer(sounds.environ)
        assert watch.wait(PATIENCE_S) is None
        sounds.start()
        _until(watch, lambda facts: facts is not None)
        sounds.kill()
        _until(watch, lambda facts: facts is None)
        watch.close()


def test_without_a_server_nobody_is_woken(tmp_path: Path) -> None:
    watch = server.SoundServer({"XDG_RUNTIME_DIR": str(tmp_path)})
    assert watch.wait(PATIENCE_S) is None
    assert select.select([watch.changed], [], [], PATIENCE_S)[0]
    assert watch.heard()
    assert select.select([watch.changed], [], [], 0.6)[0] == []  # it has looked twice
    watch.close()


def test_a_display_is_not_asked_for_the_sound(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISPLAY", ":17")
    server.SoundServer({"XDG_RUNTIME_DIR": str(tmp_path)}).close()
    assert "DISPLAY" not in os.environ


def _fail(*_: object) -> None:
    raise TypeError("a bug")


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_thread_that_ends_by_a_bug_is_seen(
    sounds: SoundServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server.SoundServer, "_converse", _fail)
    watch = server.SoundServer(sounds.environ)
    watch._thread.join(PATIENCE_S)
    assert watch.heard()
    with pytest.raises(RuntimeError):
        _ = watch.facts


@pytest.mark.parametrize(
    ("environ", "first"),
    [
        ({"PULSE_SERVER": "tcp:example", "XDG_RUNTIME_DIR": "/run/x"}, "tcp:example"),
        ({"PULSE_RUNTIME_PATH": "/p", "XDG_RUNTIME_DIR": "/run/x"}, "unix:/p/native"),
        ({"XDG_RUNTIME_DIR": "/run/x"}, "unix:/run/x/pulse/native"),
        ({}, f"unix:/run/user/{os.getuid()}/pulse/native"),
    ],
)
def test_it_is_looked_for_where_every_client_does(environ: dict[str, str], first: str) -> None:
    assert addresses(environ)[0] == first
