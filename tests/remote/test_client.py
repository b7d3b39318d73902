"""The commands' end."""

import contextlib
import os
from pathlib import Path

import pytest

from desk import serving
from stillframe.contracts.remote import Act, Done, Intent, RestartWorker
from stillframe.remote import client as client_module
from stillframe.remote.address import ShowAddress, listen, running_shows
from stillframe.remote.client import Client, NoShowError, RemoteError


def test_no_show_is_an_error_that_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(NoShowError, match="no show is running: start one with `stillframe play`"):
        Client.to(tmp_path)
    with pytest.raises(NoShowError, match="no show runs as process 7"):
        Client.to(tmp_path, pid=7)


def test_the_newest_show_is_asked_or_the_one_that_is_named(tmp_path: Path) -> None:
    with serving(tmp_path) as (server, desk), listen(ShowAddress(tmp_path, 1), 8):
        os.utime(tmp_path / "show-1.sock", (1, 1))
        with Client.to(tmp_path) as client:
            assert client.address == server.address
            assert client.status() == desk.shown
            assert client.ask(Act(intent=Intent.NEXT)) == Done()
        with Client.to(tmp_path, pid=1) as other:
            assert other.address.pid == 1


def test_a_refusal_is_an_error_in_the_shows_words(tmp_path: Path) -> None:
    refused = pytest.raises(RemoteError, match="no worker is called 'nobody'")
    with serving(tmp_path) as (server, _), Client(server.address) as client, refused:
        client.ask(RestartWorker(worker="nobody"))


def test_a_show_that_does_not_answer_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client_module, "PATIENCE_S", 0.05)
    address = ShowAddress(tmp_path, 1)
    gave_up = pytest.raises(RemoteError, match=r"did not answer in 0\.05 s")
    # It listens, but nobody serves.
    with listen(address, 8), Client(address) as client, gave_up:
        client.status()


def test_a_show_that_ends_meanwhile_is_an_error(tmp_path: Path) -> None:
    address = ShowAddress(tmp_path, 1)
    with listen(address, 8) as listener, Client(address) as client:
        listener.accept()[0].close()
        with pytest.raises(RemoteError, match="hung up"):
            client.status()


def test_a_show_that_too_many_call_is_alive_and_says_so(tmp_path: Path) -> None:
    address = ShowAddress(tmp_path, 1)
    with listen(address, 1), contextlib.ExitStack() as waiting:
        for _ in range(2):  # a backlog of one holds two
            waiting.enter_context(Client(address))
        with pytest.raises(RemoteError, match="too many ask at once"):
            Client(address)
        assert running_shows(tmp_path) == (address,)
