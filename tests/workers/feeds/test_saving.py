"""Copies of what was shown."""

from pathlib import Path

import pytest

from mirror_writer import CAPS, NOW_S
from photos import shipped
from stillframe.contracts.feeds import ImageMetadata
from stillframe.workers.feeds.folder import name_of
from stillframe.workers.feeds.keeping import Mirrored
from stillframe.workers.feeds.mirror import Mirror
from stillframe.workers.feeds.saving import Saving, saved_name

PNG = shipped("coffee.png").read_bytes()
MIRRORED = name_of(PNG, ".png")


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("Fog on the Hill", "fog-on-the-hill"),
        ("Höhe & Tiefe!", "hohe-tiefe"),
        ("../../etc/passwd", "etc-passwd"),
        ("\x00\x1b[2J", "2j"),
        ("日本", "photo"),
        ("", "photo"),
        ("x" * 500, "x" * 60),
    ],
)
def test_a_name_is_the_title_as_far_as_names_allow(title: str, slug: str) -> None:
    assert saved_name(title, MIRRORED) == f"{slug}--{MIRRORED[:8]}.png"


def kept(folder: Path) -> tuple[Mirror, bytes]:
    mirror = Mirror(bytes(folder / "feeds"), CAPS, now_s=NOW_S)
    item = ImageMetadata(
        url="https://a.example/a", title="Fog", ts_s=0.0, priority=1, ttl_s=9.0, source="s"
    )
    mirror.keep(item, PNG, NOW_S)
    path = mirror.changes(0, 9, 9999).items[0].cache_path
    assert path
    return mirror, path


def test_what_is_wanted_is_copied_once(tmp_path: Path) -> None:
    mirror, path = kept(tmp_path)
    (tmp_path / "real").mkdir()
    (tmp_path / "saved").symlink_to(tmp_path / "real")
    keeping = Mirrored(mirror, Saving(bytes(tmp_path / "saved")))
    keeping.tidy((path,), (), NOW_S)
    copy = tmp_path / "real" / saved_name("Fog", MIRRORED)
    assert copy.read_bytes() == PNG
    copy.unlink()
    keeping.tidy((path,), (), NOW_S)
    assert not copy.exists(), "who deletes a copy does not get it again in the same show"
    keeping.close()


def test_what_is_there_already_is_left_alone(tmp_path: Path) -> None:
    mirror, path = kept(tmp_path)
    copy = tmp_path / "saved" / saved_name("Fog", MIRRORED)
    copy.parent.mkdir()
    copy.write_bytes(b"edited by hand")
    Mirrored(mirror, Saving(bytes(tmp_path / "saved"))).tidy((path,), (), NOW_S)
    assert copy.read_bytes() == b"edited by hand"


def test_nothing_but_the_mirrors_own_is_copied(tmp_path: Path) -> None:
    mirror, _ = kept(tmp_path)
    saving = Saving(bytes(tmp_path / "saved"))
    for path in (b"/etc/passwd", bytes(tmp_path / "feeds" / "feeds.sqlite3"), b"x"):
        saving.save(path, mirror)
    assert list((tmp_path / "saved").iterdir()) == []


def test_a_folder_that_fails_is_said_once_and_the_mirror_goes_on(tmp_path: Path) -> None:
    mirror, path = kept(tmp_path)
    (tmp_path / "saved" / saved_name("Fog", MIRRORED)).mkdir(parents=True)
    keeping = Mirrored(mirror, Saving(bytes(tmp_path / "saved")))
    for _ in range(3):
        keeping.tidy((path,), (), NOW_S)
    assert len(keeping.take_notes()) == 1
    assert len(keeping.changes(0).items) == 1
