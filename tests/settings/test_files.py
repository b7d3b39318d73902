"""What the edge to the disk returns and refuses."""

import errno
import os
import stat
from pathlib import Path

import pytest

from stillframe.settings.files import (
    FILE_LIMIT_BYTES,
    read_settings_file,
    settings_file,
    write_private_file,
)
from stillframe.settings.schema import SettingError


def refusal(path: Path) -> str:
    with pytest.raises(SettingError) as refused:
        read_settings_file(path)
    return str(refused.value)


def test_the_file_is_in_the_configuration_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert settings_file() == tmp_path / "stillframe" / "settings.toml"


def test_a_file_that_is_not_there_is_none(tmp_path: Path) -> None:
    assert read_settings_file(tmp_path / "settings.toml") is None
    assert read_settings_file(tmp_path / "no" / "folder" / "settings.toml") is None


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"", ""),
        (b"# \xc3\xa9\r\n", "# é\r\n"),
        (b"\xef\xbb\xbf[show]\n", "[show]\n"),
        (b"#" * 256 * 1024, "#" * 256 * 1024),
    ],
)
def test_the_text_is_given_without_a_byte_order_mark(
    tmp_path: Path, content: bytes, text: str
) -> None:
    path = tmp_path / "settings.toml"
    path.write_bytes(content)
    assert read_settings_file(path) == text


def test_a_file_that_is_not_utf_8_is_refused_with_line_and_byte(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_bytes(b"[show]\n# caf\xe9\n")
    message = f"{path}:2: not UTF-8 at byte 12: save the file as UTF-8"
    assert refusal(path) == message


def test_a_file_that_is_too_large_is_refused_with_its_size(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_bytes(b"")
    os.truncate(path, 300_000_000_000)  # sparse: it takes no disk, and reading it all no memory
    assert refusal(path) == (
        f"{path}: 300000000000 bytes is too large for a settings file: at most 262144 bytes"
    )
    os.truncate(path, FILE_LIMIT_BYTES + 1)
    assert "262145 bytes is too large" in refusal(path)


def test_a_folder_is_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path).startswith(f"{tmp_path}: not a regular file")


def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    os.mkfifo(path)
    assert refusal(path).startswith(f"{path}: not a regular file")


def test_a_file_that_cannot_be_reached_is_refused_with_the_cause(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.symlink_to(path)
    assert refusal(path).startswith(f"{path}: cannot be read: Too many levels of symbolic links")
    (tmp_path / "file").write_bytes(b"")
    under = tmp_path / "file" / "settings.toml"
    assert refusal(under).startswith(f"{under}: cannot be read: Not a directory")


def test_what_is_written_is_for_its_owner_alone_and_read_again(tmp_path: Path) -> None:
    path = tmp_path / "new" / "folder" / "feeds.toml"
    write_private_file(path, "# é\r\n")
    assert read_settings_file(path) == "# é\r\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.chmod(0o644)
    write_private_file(path, "key = 'secret'")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_link_stays_one_and_its_target_is_replaced(tmp_path: Path) -> None:
    target = tmp_path / "dotfiles" / "feeds.toml"
    target.parent.mkdir()
    target.write_text("old")
    link = tmp_path / "config" / "feeds.toml"
    link.parent.mkdir()
    link.symlink_to("../dotfiles/feeds.toml")
    write_private_file(link, "new")
    assert (link.is_symlink(), target.read_text()) == (True, "new")
    assert list(link.parent.iterdir()) == [link]


def test_what_cannot_be_written_leaves_the_old_one_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "feeds.toml"
    path.mkdir()
    (path / "inside").touch()
    with pytest.raises(SettingError, match=os.strerror(errno.EISDIR)) as refused:
        write_private_file(path, "new")
    assert str(refused.value).startswith(f"{path}: cannot be written: ")
    assert list(tmp_path.iterdir()) == [path], "no temporary file is left"
    with pytest.raises(SettingError, match=os.strerror(errno.EEXIST)):
        write_private_file(Path("/dev/null/feeds.toml"), "new")
