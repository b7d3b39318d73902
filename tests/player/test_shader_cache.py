"""The driver's cache and a full disk."""

from pathlib import Path

from stillframe.player.shader_cache import has_room, reserve

INDEX_BYTES = 1_310_728


def index(folder: Path) -> Path:
    """Write an index as Mesa makes it: all hole, but for what it has put down."""
    path = folder / "mesa_shader_cache" / "index"
    path.parent.mkdir()
    with path.open("wb") as file:
        file.truncate(INDEX_BYTES)
        file.seek(500_000)
        file.write(b"kept")
    return path


def test_holes_of_the_index_get_their_room_and_what_it_holds_stays(tmp_path: Path) -> None:
    path = index(tmp_path)
    before = path.read_bytes()
    assert path.stat().st_blocks * 512 < INDEX_BYTES / 2
    reserve({"XDG_CACHE_HOME": str(tmp_path)})
    assert path.stat().st_blocks * 512 >= INDEX_BYTES
    assert path.read_bytes() == before


def test_what_is_no_cache_is_left_alone(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_bytes(b"mine")
    folder = tmp_path / "mesa_shader_cache"
    folder.mkdir()
    (folder / "index").symlink_to(elsewhere)
    reserve({"XDG_CACHE_HOME": str(tmp_path)})
    reserve({"XDG_CACHE_HOME": str(tmp_path / "none")})
    assert elsewhere.read_bytes() == b"mine"


def test_there_is_room_here_and_none_where_nothing_can_be_asked(tmp_path: Path) -> None:
    assert has_room({"XDG_CACHE_HOME": str(tmp_path / "not" / "yet")})
    assert not has_room({"XDG_CACHE_HOME": "/proc/self/fd"})
