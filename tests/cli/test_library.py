"""`stillframe library`, as a person runs it."""

import json
import subprocess
from pathlib import Path

import pytest

from crew import PATIENCE_S
from photos import encoded, picture, shipped
from shows import STILLFRAME, environment
from stillframe.cli.library import lines_of
from stillframe.contracts.library import Numbers, Tally


def run(home: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    """Run the command with everything of a person's in `home`."""
    return subprocess.run(
        [STILLFRAME, "library", *words],
        env=environment(home),
        capture_output=True,
        text=True,
        timeout=PATIENCE_S * 2,
        check=False,
    )


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    (folder / "deep").mkdir(parents=True)
    (folder / "a.jpg").write_bytes(shipped("rocket.jpg").read_bytes())
    (folder / "deep" / "b.png").write_bytes(encoded(picture("coffee.png"), "PNG"))
    return folder


def test_stats_count_what_is_there(tmp_path: Path, photos: Path) -> None:
    done = run(tmp_path, "stats", str(photos))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("photos   2 in 2 folders, ")
    numbers = json.loads(run(tmp_path, "stats", "--json", str(photos)).stdout)
    assert (numbers["photos"], numbers["folders"]) == (2, 2)
    assert (tmp_path / "cache" / "stillframe" / "library" / "library.sqlite3").exists()


def test_check_lists_broken_photos_and_says_so_by_its_status(tmp_path: Path, photos: Path) -> None:
    done = run(tmp_path, "check", str(photos))
    assert (done.returncode, done.stdout) == (0, "2 photos were checked, 0 are broken.\n")
    (photos / "deep" / "two\nlines.jpg").write_bytes(b"no photo")
    done = run(tmp_path, "check", str(photos))
    named, ended = done.stdout.splitlines()
    assert named.startswith(f"{photos}/deep/two\\nlines.jpg: unsupported-format: ")
    assert ended == "3 photos were checked, 1 are broken."
    assert done.returncode == 1


def test_rescan_reads_every_header(tmp_path: Path, photos: Path) -> None:
    done = run(tmp_path, "rescan", str(photos))
    assert done.returncode == 0, done.stderr
    assert "headers  2 read, 0 broken" in done.stdout
    assert "formats  jpeg 1, png 1" in done.stdout


def test_what_is_not_there_or_cannot_be_listed_is_named(tmp_path: Path, photos: Path) -> None:
    done = run(tmp_path, "stats", str(tmp_path / "nothing"))
    assert (done.returncode, done.stdout) == (2, "")
    (tmp_path / "empty").mkdir()
    done = run(tmp_path, "stats", str(tmp_path / "empty"), str(photos))
    assert done.stderr == f"stillframe: {tmp_path}/empty: no photos found (empty)\n"
    assert done.returncode == 0


def test_numbers_are_told_as_far_as_there_are_any() -> None:
    bare = Numbers(
        photos=0, folders=0, size_bytes=0, described=0, broken=0, thinned=0, with_place=0
    )
    assert list(lines_of(bare)) == ["photos   0 in 0 folders, 0 bytes", "headers  0 read, 0 broken"]
    full = Numbers(
        photos=9,
        folders=2,
        size_bytes=3 << 30,
        described=7,
        broken=2,
        thinned=3,
        with_place=4,
        first_taken_s=0,
        last_taken_s=10**15,
        formats=tuple(Tally(f"f{n}", 9 - n) for n in range(7)),
        cameras=(Tally("C\x1b[2J", 1),),
    )
    assert list(lines_of(full)) == [
        "photos   9 in 2 folders, 3.0 GiB",
        "headers  7 read, 2 broken",
        "taken    1970-01-01 to 1000000000000000 s",
        "places   4 photos say where they were taken",
        "bursts   3 photos are left out",
        "formats  f0 9, f1 8, f2 7, f3 6, f4 5, ...",
        "cameras  C\\x1b[2J 1",
    ]
