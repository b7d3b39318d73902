"""Whole shows: the installed command on real photos, in a real window, with real signals."""

import os
import signal
import struct
import subprocess
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from shows import (
    PHOTOS,
    STILLFRAME,
    alive,
    environment,
    eventually,
    photo_folder,
    plain_photo,
    playing,
)
from stillframe import app
from virtual_screen import VirtualScreen

QUICK = ("--interval", "2", "--transition-duration", "0.3", "--seed", "1")


def test_real_photos_are_shown_one_after_another(tmp_path: Path, screen: VirtualScreen) -> None:
    photos = photo_folder(tmp_path / "photos")
    with playing(tmp_path, screen, str(photos), *QUICK) as show:
        shown = [show.wait_for("[SHOW] transition") for _ in range(2)]
        show.process.send_signal(signal.SIGTERM)
        assert show.finish() == 0
        report = show.report()
    assert shown[0] != shown[1]
    assert all(any(name in line for name in PHOTOS) for line in shown)
    assert report["photos_shown"] == 2
    assert report["transitions"] == 1
    assert report["frames_presented"] > 2
    assert report["skipped"] == {}
    assert report["worker_restarts"] == 0
    assert 0 < report["first_photo_ms"] < 30_000


def test_a_photo_at_rest_is_the_photo_to_the_bit(tmp_path: Path, screen: VirtualScreen) -> None:
    rng = np.random.default_rng(5)
    picture = rng.integers(0, 256, (180, 320, 3), dtype=np.uint8)
    (tmp_path / "photos").mkdir()
    Image.fromarray(picture).save(tmp_path / "photos" / "noise.png")
    with playing(tmp_path, screen, str(tmp_path / "photos"), *QUICK) as show:
        show.wait_for("[SHOW] transition")
        eventually(
            lambda: np.array_equal(_window(screen.grab()), picture), "the photo's very pixels"
        )


def test_a_transition_is_a_blend_of_the_two_photos_and_never_black(
    tmp_path: Path, screen: VirtualScreen
) -> None:
    red, blue = (210, 40, 30), (30, 40, 210)
    photos = tmp_path / "photos"
    plain_photo(photos / "red.png", red)
    plain_photo(photos / "blue.png", blue)
    seen = []
    with playing(tmp_path, screen, str(photos), *QUICK) as show:
        show.wait_for("[SHOW] transition")
        eventually(lambda: tuple(_window(screen.grab())[90, 160]) in (red, blue), "the first photo")
        while len({tuple(p) for p in seen} & {red, blue}) < 2 or len(seen) < 400:
            seen.append(tuple(int(v) for v in _window(screen.grab())[90, 160]))
            assert len(seen) < 100_000
    for red_part, green_part, blue_part in seen:
        assert abs(green_part - 40) <= 1
        assert abs(red_part + blue_part - 240) <= 2
    assert len(set(seen)) > 4, "the blend was seen on its way"


def test_broken_photos_are_passed_over_and_counted(tmp_path: Path, screen: VirtualScreen) -> None:
    photos = photo_folder(tmp_path / "photos")
    (photos / "zero.jpg").write_bytes(b"")
    (photos / "text.jpg").write_bytes(b"this is no photo")
    whole = (photos / "rocket.jpg").read_bytes()
    (photos / "cut.jpg").write_bytes(whole[: len(whole) // 2])
    plain_photo(photos / "pixel.png", (1, 2, 3), (1, 1))
    (photos / "huge.png").write_bytes(_png_header(60_000, 60_000))
    expected = {
        "empty": 1,
        "unsupported-format": 1,
        "truncated": 1,
        "too-small": 1,
        "too-many-pixels": 1,
    }
    with playing(tmp_path, screen, str(photos), *QUICK) as show:
        skipped = 0
        for line in show.lines():
            skipped += "[SHOW] skipped" in line
            if skipped == len(expected):
                break
        show.wait_for("[SHOW] transition")
        show.process.send_signal(signal.SIGINT)
        assert show.finish() == 0
        assert show.report()["skipped"] == expected


def test_a_killed_worker_is_replaced_and_the_show_goes_on(
    tmp_path: Path, screen: VirtualScreen
) -> None:
    photos = photo_folder(tmp_path / "photos")
    with playing(tmp_path, screen, str(photos), *QUICK) as show:
        show.wait_for("[SHOW] transition")
        pid = _pid_of("images", show.log)
        os.kill(pid, signal.SIGKILL)
        show.wait_for("worker=images state=ready")
        for _ in range(3):
            show.wait_for("[SHOW] transition")
        show.process.send_signal(signal.SIGTERM)
        assert show.finish() == 0
        assert show.report()["worker_restarts"] == 1


def test_where_two_decode_one_is_killed_and_the_show_goes_on_without_a_pause(
    tmp_path: Path, screen: VirtualScreen
) -> None:
    photos = photo_folder(tmp_path / "photos")
    settings = tmp_path / "config" / "stillframe" / "settings.toml"
    settings.parent.mkdir(parents=True)
    settings.write_text("[images]\nworkers = 2\n")
    with playing(tmp_path, screen, str(photos), *QUICK) as show:
        pids: set[str] = set()
        while len(pids) < 2:  # on a busy machine the first photo may be there before the second
            line = show.wait_for("worker=images state=ready")
            pids.update(word for word in line.split() if word.startswith("pid="))
        os.kill(int(pids.pop().removeprefix("pid=")), signal.SIGKILL)
        for _ in range(3):
            show.wait_for("[SHOW] transition")
        show.process.send_signal(signal.SIGTERM)
        assert show.finish() == 0
        assert show.report()["worker_restarts"] == 1
        assert not any("state=backoff" in line for line in show.log)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_show_cleanly(
    tmp_path: Path, screen: VirtualScreen, number: signal.Signals
) -> None:
    photos = photo_folder(tmp_path / "photos")
    with playing(tmp_path, screen, str(photos), *QUICK) as show:
        show.wait_for("[SHOW] transition")
        show.process.send_signal(number)
        assert show.finish() == 0
        assert not [pid for pid in show.worker_pids() if alive(pid)]


def test_nothing_survives_a_killed_interface(tmp_path: Path, screen: VirtualScreen) -> None:
    photos = photo_folder(tmp_path / "photos")
    with playing(tmp_path, screen, str(photos), *QUICK) as show:
        show.wait_for("[SHOW] transition")
        pids = show.worker_pids()
        assert pids
        show.process.kill()
        eventually(lambda: not any(alive(pid) for pid in pids), "workers gone", deadline_s=1.0)


def test_a_folder_without_photos_is_named_and_the_scenes_play(
    tmp_path: Path, screen: VirtualScreen
) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    with playing(tmp_path, screen, str(empty), *QUICK) as show:
        assert str(empty) in show.wait_for("no photos found")
        first = show.wait_for("[SHOW] transition")
        assert str(tmp_path / "cache") in first
        assert show.wait_for("[SHOW] transition") != first, "the painter goes on"
        show.process.send_signal(signal.SIGTERM)
        assert show.finish() == 0
        packages = set(show.report()["workers"]["scenes"]["packages"])
    assert "numpy" in packages
    assert not {"PySide6", "shiboken6"} & packages


def test_an_image_worker_from_the_console_script_has_never_seen_qt(
    tmp_path: Path, screen: VirtualScreen
) -> None:
    photos = photo_folder(tmp_path / "photos")
    with playing(tmp_path, screen, str(photos), *QUICK) as show:
        show.wait_for("[SHOW] transition")
        show.process.send_signal(signal.SIGTERM)
        assert show.finish() == 0
        workers = show.report()["workers"]
    for name in ("images", "library"):
        assert "msgspec" in workers[name]["packages"], "the worker did report"
        assert not {"PySide6", "shiboken6"} & set(workers[name]["packages"])


def test_no_display_is_one_line_and_status_3(tmp_path: Path) -> None:
    photos = photo_folder(tmp_path / "photos")
    done = subprocess.run(
        [STILLFRAME, "play", str(photos)],
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 3
    assert len(done.stderr.splitlines()) == 1
    assert "xvfb" in done.stderr


def _window(picture: np.ndarray) -> np.ndarray:
    """Return the part of the screen where a window without a window manager lies."""
    return picture[:180, :320]


def _pid_of(worker: str, log: list[str]) -> int:
    lines = [line for line in log if f"worker={worker} state=ready" in line]
    return int(lines[-1].partition("pid=")[2].split()[0])


def _png_header(width: int, height: int) -> bytes:
    """Return a PNG that claims a size, with a valid header and next to no data."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        crc = zlib.crc32(kind + data)
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", crc)

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    body = chunk(b"IDAT", zlib.compress(bytes(64)))
    return b"\x89PNG\r\n\x1a\n" + header + body + chunk(b"IEND", b"")


@pytest.mark.parametrize(("cache", "kept"), [("/proc", False), ("/tmp/none/at/all", True)])  # noqa: S108
def test_what_draws_keeps_no_cache_where_the_disk_is_full(cache: str, kept: bool) -> None:  # noqa: FBT001
    environ = {"XDG_CACHE_HOME": cache}  # no file system has less room than /proc
    app._prepare_qt(environ, measure=False)
    assert ("MESA_SHADER_CACHE_DISABLE" not in environ) == kept
    assert ("QT_DISABLE_SHADER_DISK_CACHE" not in environ) == kept
