"""The show's end: what callers get, and what hostile ones do not."""

import os
import select
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from descriptors import open_descriptors
from desk import serving
from stillframe.contracts.remote import (
    Act,
    AskStatus,
    Done,
    FromShow,
    Intent,
    PardonInputs,
    Refusal,
    RestartWorker,
    Status,
)
from stillframe.remote.address import connect
from stillframe.remote.channels import TO_SHOW_CAP_BYTES, caller_end
from stillframe.remote.client import Client
from stillframe.remote.server import CONNECTIONS_CAP, Server
from stillframe.transport.channel import ChannelClosedError

PATIENCE_S = 30.0


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline


def hung_up(sock: socket.socket) -> bool:
    """Say whether the show has ended the conversation; what it said last is passed over."""
    assert select.select([sock], [], [], PATIENCE_S)[0]
    try:
        return not sock.recv(1 << 20) or hung_up(sock)
    except ConnectionError:
        return True


def test_each_question_has_its_answer(tmp_path: Path) -> None:
    with serving(tmp_path) as (server, desk), Client(server.address) as client:
        assert client.ask(AskStatus()) == Status(show=desk.shown)
        for intent in Intent:
            assert client.ask(Act(intent=intent)) == Done()
        assert desk.acts == list(Intent)
        assert client.ask(RestartWorker(worker="images")) == Done()
        assert client.ask(PardonInputs()) == Done()
        assert (desk.restarts, desk.pardons) == (["images"], 1)


def test_what_cannot_be_done_is_refused_and_the_conversation_goes_on(tmp_path: Path) -> None:
    with serving(tmp_path) as (server, _):
        channel = caller_end(connect(server.address))
        channel.send(RestartWorker(worker="nobody"))
        assert channel.wait(PATIENCE_S)
        answer = channel.receive()
        assert isinstance(answer, Refusal)
        assert "images" in answer.detail
        channel.send(AskStatus())
        assert channel.wait(PATIENCE_S)
        assert isinstance(channel.receive(), Status)
        channel.close()


@pytest.mark.parametrize(
    "data", [b"\xc1", b"hello", b"\x81\xa4type\xa3act", bytes(TO_SHOW_CAP_BYTES + 1)]
)
def test_what_is_no_message_is_told_so_and_hung_up_on(tmp_path: Path, data: bytes) -> None:
    with serving(tmp_path) as (server, _):
        sock = connect(server.address)
        sock.send(data)
        assert hung_up(sock)
        sock.close()
        with Client(server.address) as client:
            client.status()


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(min_size=1, max_size=300))
def test_whatever_a_caller_says_the_show_goes_on(tmp_path: Path, data: bytes) -> None:
    desk_folder = tmp_path / "s"
    with serving(desk_folder) as (server, _):
        sock = connect(server.address)
        sock.send(data)
        sock.close()
        with Client(server.address) as client:
            client.status()


def test_one_caller_too_many_ends_the_one_that_was_silent_longest(tmp_path: Path) -> None:
    with serving(tmp_path) as (server, _):
        silent = connect(server.address)
        with Client(server.address) as talking:
            others = []
            for _ in range(CONNECTIONS_CAP - 2):
                others.append(connect(server.address))
                talking.status()
            others.append(connect(server.address))
            assert hung_up(silent)
            talking.status()
        for sock in (silent, *others):
            sock.close()


def test_hundreds_of_callers_leave_the_show_as_it_was(tmp_path: Path) -> None:
    with serving(tmp_path) as (server, _):
        before = len(open_descriptors())
        for _ in range(300):
            with Client(server.address) as client:
                client.status()
        until(lambda: len(open_descriptors()) <= before)


def test_one_that_does_not_read_is_hung_up_on_and_keeps_nobody_waiting(tmp_path: Path) -> None:
    with serving(tmp_path) as (server, _), Client(server.address) as other:
        channel = caller_end(connect(server.address))
        with pytest.raises(ChannelClosedError):
            _flood(channel.send, other)
        channel.close()


def _flood(send: Callable[[AskStatus], None], other: Client) -> FromShow:
    """Ask without reading, until the show has had enough of it; others are answered meanwhile."""
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        send(AskStatus())
        other.status()
    raise AssertionError("it was never hung up on")


def test_another_user_is_not_served(tmp_path: Path) -> None:
    if os.getuid() != 0:
        pytest.skip("only root can become another user")
    # The folder keeps others out; this is the second door, for whoever got past the first.
    for folder in (tmp_path, *tmp_path.parents):
        if folder.stat().st_uid == os.getuid() and folder != Path("/"):
            folder.chmod(folder.stat().st_mode | 0o055)
    code = (
        "import os, socket, sys; os.setuid(65534)\n"
        "sock = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)\n"
        "sock.connect(sys.argv[1])\n"
        "try: print(sock.recv(1))\n"
        "except ConnectionError: print(b'')"
    )
    place = tmp_path / "s"
    with serving(place) as (server, _):
        place.chmod(0o755)
        server.address.path.chmod(0o666)
        said = subprocess.run(
            [sys.executable, "-c", code, str(server.address.path)],
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )
        assert said.stdout == "b''\n", said.stderr


def test_closing_gives_the_name_back(tmp_path: Path) -> None:
    with serving(tmp_path) as (server, _):
        assert server.address.path.exists()
    assert list(tmp_path.iterdir()) == []


def test_a_second_show_reclaims_what_a_dead_one_left_and_leaves_the_living(tmp_path: Path) -> None:
    dead = tmp_path / "show-1.sock"
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as sock:
        sock.bind(str(dead))
    tmp_path.chmod(0o700)
    with serving(tmp_path) as (server, desk):
        assert isinstance(server, Server)
        assert not dead.exists()
        assert desk.acts == []
