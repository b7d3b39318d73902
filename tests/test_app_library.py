"""Whole shows of folders that change, and shows that follow one another."""

import os
import signal
from pathlib import Path

from PIL import Image

from shows import Show, playing
from virtual_screen import VirtualScreen

QUICK = ("--interval", "2", "--transition-duration", "0.2")


def paint(folder: Path, *names: str) -> None:
    """Put photos of one colour each into a folder."""
    folder.mkdir(exist_ok=True)
    for number, name in enumerate(names):
        picture = Image.new("RGB", (320, 180), (40 * number % 256, 90, 200))
        picture.save(folder / f".{name}", "PNG")
        os.replace(folder / f".{name}", folder / name)  # whole, as cameras' programs do it


def next_shown(show: Show) -> str:
    """Return the name of the photo that comes on screen next."""
    line = show.wait_for("[SHOW] transition")
    return os.path.basename(line.split("photo=")[1].split()[0])


def quit_show(show: Show) -> None:
    show.process.send_signal(signal.SIGTERM)
    assert show.finish() == 0


def test_a_show_follows_its_folder(tmp_path: Path, screen: VirtualScreen) -> None:
    folder = tmp_path / "photos"
    paint(folder, "a.png", "b.png")
    with playing(tmp_path, screen, str(folder), *QUICK) as show:
        assert {next_shown(show), next_shown(show)} == {"a.png", "b.png"}
        paint(folder, "c.png")
        coming = [next_shown(show) for _ in range(3)]
        assert "c.png" in coming
        for name in ("a.png", "b.png"):
            (folder / name).unlink()
        paint(folder, "d.png")
        last = [next_shown(show) for _ in range(4)]
        # One may have stood on screen, or have been coming, when its file went.
        assert set(last[1:]) == {"c.png", "d.png"}
        quit_show(show)
        assert show.report()["skipped"] == {}


def test_a_shuffled_show_goes_on_where_the_last_one_ended(
    tmp_path: Path, screen: VirtualScreen
) -> None:
    names = [f"{letter}.png" for letter in "abcdef"]
    paint(tmp_path / "photos", *names)
    with playing(tmp_path, screen, str(tmp_path / "photos"), *QUICK) as show:
        first = [next_shown(show) for _ in range(4)]
        quit_show(show)
    with playing(tmp_path, screen, str(tmp_path / "photos"), *QUICK) as show:
        second = [next_shown(show) for _ in range(2)]
        quit_show(show)
    assert len(set(first)) == 4
    # The show may have ended before the index heard of its last photo.
    assert set(second) <= set(names) - set(first[:3])


def test_an_ordered_show_shows_in_order(tmp_path: Path, screen: VirtualScreen) -> None:
    paint(tmp_path / "photos", "10.png", "9.png", "B.png", "a.png", "skip.png")
    words = ("--order", "name", "--exclude", "skip*")
    with playing(tmp_path, screen, str(tmp_path / "photos"), *QUICK, *words) as show:
        assert [next_shown(show) for _ in range(5)] == [
            "9.png",
            "10.png",
            "a.png",
            "B.png",
            "9.png",
        ]
        quit_show(show)
