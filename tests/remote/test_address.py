"""Names of running shows, and the folder that they are in."""

import os
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from stillframe.remote.address import (
    ShowAddress,
    UnsafeFolderError,
    connect,
    is_alive,
    listen,
    make_folder,
    reclaim,
    running_shows,
    runtime_folder,
)


def test_the_folder_is_the_desktops_or_one_of_our_own() -> None:
    assert runtime_folder({"XDG_RUNTIME_DIR": "/run/user/7"}) == Path("/run/user/7/stillframe")
    own = runtime_folder({})
    assert own.name == f"stillframe-{os.getuid()}"
    assert runtime_folder({"XDG_RUNTIME_DIR": "not/absolute"}) == own


def test_a_folder_is_made_for_its_user_alone(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "b"
    make_folder(folder)
    make_folder(folder)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_folder_that_others_may_write_or_that_is_a_link_is_refused(tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(0o777)
    with pytest.raises(UnsafeFolderError, match="remove it"):
        make_folder(shared)
    link = tmp_path / "link"
    link.symlink_to(tmp_path)
    with pytest.raises(UnsafeFolderError):
        make_folder(link)


def test_a_folder_of_another_user_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "theirs"
    folder.mkdir(mode=0o700)
    if os.getuid() == 0:
        os.chown(folder, 65534, 65534)
        with pytest.raises(UnsafeFolderError, match="65534"):
            make_folder(folder)
    else:
        with pytest.raises(UnsafeFolderError, match="belongs to user 0"):
            make_folder(Path("/usr"))


def test_a_show_that_listens_is_found_and_its_socket_is_its_users_alone(tmp_path: Path) -> None:
    address = ShowAddress(tmp_path, 4242)
    with listen(address, 4):
        assert stat.S_IMODE(address.path.lstat().st_mode) == 0o600
        assert running_shows(tmp_path) == (address,)
        connect(address).close()
    assert running_shows(tmp_path) == ()
    assert not is_alive(address)


def test_the_newest_show_comes_first(tmp_path: Path) -> None:
    older, newer = ShowAddress(tmp_path, 1), ShowAddress(tmp_path, 2)
    with listen(older, 4), listen(newer, 4):
        os.utime(older.path, (1, 1))
        assert running_shows(tmp_path) == (newer, older)


def test_a_folder_with_a_long_path_is_no_obstacle(tmp_path: Path) -> None:
    folder = tmp_path / ("x" * 200)
    make_folder(folder)
    address = ShowAddress(folder, 1)
    with listen(address, 1):
        connect(address).close()


def test_the_name_of_a_show_that_was_killed_is_reclaimed_and_a_living_ones_is_kept(
    tmp_path: Path,
) -> None:
    code = (
        "import os, sys; from pathlib import Path\n"
        "from stillframe.remote.address import ShowAddress, listen\n"
        "kept = listen(ShowAddress(Path(sys.argv[1]), os.getpid()), 1)\n"
        "os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=False)
    (left,) = tmp_path.iterdir()
    foreign = tmp_path / "notes.txt"
    foreign.touch()
    alive = ShowAddress(tmp_path, 1)
    with listen(alive, 1):
        assert running_shows(tmp_path) == (alive,)
        reclaim(tmp_path)
        assert set(tmp_path.iterdir()) == {alive.path, foreign}
    assert not left.exists()


def test_what_stands_in_the_place_of_a_socket_is_no_show(tmp_path: Path) -> None:
    (tmp_path / "show-7.sock").touch()
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as other:
        other.bind(str(tmp_path / "show-8.sock"))
        assert running_shows(tmp_path) == ()
    assert running_shows(tmp_path / "absent") == ()
