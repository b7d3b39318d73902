"""`stillframe quarantine`, as it is installed."""

import json
import signal
import subprocess
from pathlib import Path

import pytest

from shows import (
    STILLFRAME,
    Show,
    environment,
    eventually,
    photo_folder,
    plain_photo,
    playing,
)
from stillframe.contracts.quarantine import Quarantined, WorkerInput
from stillframe.show import quarantine_file
from virtual_screen import VirtualScreen

NAME = b"/photos/two\nlines \x1b[2J \xff.jpg"
AT_S = 1_767_323_045.25


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / ".local" / "state" / "stillframe" / "quarantine.json"


def fill(file: Path) -> None:
    """Quarantine two files."""
    entries = [
        Quarantined(
            worker="images", input=WorkerInput(NAME, "5:7"), reason="\x1b]0;signal 9\x07", at_s=AT_S
        ),
        Quarantined(worker="library", input=WorkerInput(b"/p"), reason="r", at_s=1e300),
    ]
    quarantine_file.FILE.save(file, entries)


def quarantine(home: Path, *arguments: str, **extra: str) -> subprocess.CompletedProcess[str]:
    """Run the command without a display."""
    return subprocess.run(
        [STILLFRAME, "quarantine", *arguments],
        env=environment(home, **extra),
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


@pytest.mark.parametrize("arguments", [(), ("--clear",)])
def test_nothing_is_said_to_be_nothing(
    tmp_path: Path, file: Path, arguments: tuple[str, ...]
) -> None:
    done = quarantine(tmp_path, *arguments)
    assert (done.returncode, done.stdout, done.stderr) == (0, "Nothing is quarantined.\n", "")
    assert not file.exists()


def test_each_file_is_a_line_that_steers_no_terminal(tmp_path: Path, file: Path) -> None:
    fill(file)
    done = quarantine(tmp_path, TZ="UTC")
    assert done.returncode == 0
    assert done.stdout.splitlines() == [
        f"WHEN              WORKER   REASON{15 * ' '}PATH",
        "2026-01-02 03:04  images   \\x1b]0;signal 9\\x07  /photos/two\\nlines \\x1b[2J \\xff.jpg",
        f"9999-01-01 00:00  library  r{20 * ' '}/p",
    ]


def test_the_time_is_the_one_on_the_wall(tmp_path: Path, file: Path) -> None:
    fill(file)
    done = quarantine(tmp_path, TZ="UTC-3")
    assert done.stdout.splitlines()[1].startswith("2026-01-02 06:04  ")


def test_json_has_every_fact(tmp_path: Path, file: Path) -> None:
    fill(file)
    done = quarantine(tmp_path, "--json")
    first, second = json.loads(done.stdout)
    assert first == {
        "at": "2026-01-02T03:04:05+00:00",
        "worker": "images",
        "path": "/photos/two\\nlines \\x1b[2J \\xff.jpg",
        "version": "5:7",
        "reason": "\\x1b]0;signal 9\\x07",
    }
    assert second["path"] == "/p"


def test_json_of_nothing_is_an_empty_array(tmp_path: Path) -> None:
    assert json.loads(quarantine(tmp_path, "--json").stdout) == []


def test_clear_forgets_all_and_says_how_many(tmp_path: Path, file: Path) -> None:
    fill(file)
    done = quarantine(tmp_path, "--clear")
    assert (done.returncode, done.stdout) == (0, "Forgotten: 2.\n")
    assert quarantine_file.FILE.read(file).content == ()
    assert quarantine(tmp_path).stdout == "Nothing is quarantined.\n"


def test_a_damaged_file_is_named_and_left(tmp_path: Path, file: Path) -> None:
    file.parent.mkdir(parents=True)
    file.write_text("{")
    done = quarantine(tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert len(done.stderr.splitlines()) == 1
    assert str(file) in done.stderr
    assert file.read_text() == "{"


def test_a_damaged_file_is_cleared_by_moving_it_aside(tmp_path: Path, file: Path) -> None:
    file.parent.mkdir(parents=True)
    file.write_text("{")
    done = quarantine(tmp_path, "--clear")
    assert done.returncode == 0
    assert "quarantine.json.damaged" in done.stderr
    assert quarantine(tmp_path).stdout == "Nothing is quarantined.\n"


def test_a_file_that_cannot_be_emptied_is_named(tmp_path: Path, file: Path) -> None:
    fill(file)
    # The superuser may write anywhere, but not more than the kernel lets this process write.
    done = subprocess.run(
        ["/usr/bin/prlimit", "--fsize=1", STILLFRAME, "quarantine", "--clear"],
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 1
    assert "cannot be emptied" in done.stderr
    assert len(quarantine_file.FILE.read(file).content) == 2


def refuses(show: Show, photo: Path) -> bool:
    """Say whether the next word on a photo is that it is quarantined."""
    return "reason=quarantined" in show.wait_for(f"photo={photo}")


def test_a_running_show_forgets_too(tmp_path: Path, file: Path, screen: VirtualScreen) -> None:
    good = plain_photo(tmp_path / "photos" / "good.png", (1, 200, 3))
    bad = plain_photo(tmp_path / "photos" / "bad.png", (200, 2, 3))
    status = bad.stat()
    about = WorkerInput(bytes(bad), f"{status.st_size}:{status.st_mtime_ns}")
    entry = Quarantined(worker="images", input=about, reason="killed twice", at_s=AT_S)
    quarantine_file.FILE.save(file, [entry])
    arguments = ("--interval", "2", "--transition-duration", "0.3", str(good.parent))
    with playing(tmp_path, screen, *arguments) as show:
        assert refuses(show, bad)
        done = quarantine(tmp_path, "--clear")
        assert (done.returncode, done.stdout, done.stderr) == (0, "Forgotten: 1.\n", "")
        eventually(lambda: quarantined(tmp_path) == 0, "the show has forgotten")
        show.process.send_signal(signal.SIGTERM)
        assert show.finish() == 0
    assert quarantine_file.FILE.read(file).content == (), "it did not write its own list again"


def quarantined(home: Path) -> int:
    """Return how many inputs a running show says are quarantined."""
    done = subprocess.run(
        [STILLFRAME, "status", "--json"],
        env=environment(home),
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    return sum(worker["quarantined"] for worker in json.loads(done.stdout)["workers"])


def test_a_show_that_does_not_answer_is_named(
    tmp_path: Path, file: Path, screen: VirtualScreen
) -> None:
    fill(file)
    photos = photo_folder(tmp_path / "photos")
    with playing(tmp_path, screen, str(photos)) as show:
        show.wait_for("[SHOW] transition")
        show.process.send_signal(signal.SIGSTOP)
        done = quarantine(tmp_path, "--clear")
        show.process.send_signal(signal.SIGCONT)
    assert done.returncode == 1
    assert f"not forgotten: the show of process {show.process.pid} did not answer" in done.stderr
