"""Real shows for tests: the installed command, in a real X server, with real photos.

The console script is started as a user would start it; nothing of the product is imported here.
"""

import json
import os
import shutil
import subprocess
import sysconfig
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import skimage
from PIL import Image

from virtual_screen import VirtualScreen

ROOT = Path(__file__).parents[2]
STILLFRAME = os.path.join(sysconfig.get_path("scripts"), "stillframe")
DEADLINE_S = 30.0
LONGEST_SHOW_S = 60.0
# Photographs that nobody here took, from the wheel of scikit-image.
PHOTOS = ("astronaut.png", "coffee.png", "chelsea.png", "rocket.jpg")


def photo_folder(folder: Path) -> Path:
    """Copy the real photos into `folder` and return it."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in PHOTOS:
        shutil.copy(Path(skimage.__file__).parent / "data" / name, folder / name)
    return folder


def plain_photo(
    path: Path, colour: tuple[int, int, int], size: tuple[int, int] = (640, 360)
) -> Path:
    """Write a lossless photo of one colour."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", size, colour).save(path)
    return path


def environment(home: Path, **extra: str) -> dict[str, str]:
    """Return an environment with a home of its own, so that no test sees a person's files.

    What software GL has compiled is shared: half a second of a show's start, and a third of the
    time in which all transitions are drawn.
    """
    kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    folders = {
        "HOME": home,
        "XDG_CACHE_HOME": home / "cache",
        "XDG_CONFIG_HOME": home / "config",
        "XDG_RUNTIME_DIR": home,
        "MESA_SHADER_CACHE_DIR": ROOT / "build" / "tests",
    }
    return {**kept, **{name: str(path) for name, path in folders.items()}, **extra}


class Show:
    """A running `stillframe play`."""

    def __init__(self, process: subprocess.Popen[str], report: Path) -> None:
        self.process = process
        self.log: list[str] = []
        self._report = report

    def lines(self) -> Iterator[str]:
        """Yield the log's lines as they come, until the show ends."""
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.log.append(line.rstrip("\n"))
            yield self.log[-1]

    def wait_for(self, text: str) -> str:
        """Return the next log line that contains `text`."""
        for line in self.lines():
            if text in line:
                return line
        raise AssertionError(f"the show ended without {text!r}:\n" + "\n".join(self.log))

    def finish(self) -> int:
        """Read to the end and return the exit status."""
        for _ in self.lines():
            pass
        return self.process.wait(DEADLINE_S)

    def report(self) -> dict[str, Any]:
        """Return the report that the show left."""
        return json.loads(self._report.read_text())

    def worker_pids(self) -> set[int]:
        """Return the process numbers of the workers that the log has named so far."""
        words = [word for line in self.log if "[HEALTH] worker" in line for word in line.split()]
        return {int(w.removeprefix("pid=")) for w in words if w.startswith("pid=")} - {0}


@contextmanager
def playing(
    home: Path, screen: VirtualScreen, *arguments: str | bytes, size: str = "320x180"
) -> Iterator[Show]:
    """Run `stillframe play` in a window of `size`, or full screen if that is empty.

    It is killed if the test leaves it running.
    """
    report = home / "report.json"
    window = ["--windowed", size] if size else []
    command = [STILLFRAME, "play", *window, "--report", str(report), *arguments]
    process = subprocess.Popen(
        command,
        env=screen.environ(environment(home)),
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
    )
    watchdog = threading.Timer(LONGEST_SHOW_S, process.kill)  # a hung show fails, it never hangs
    watchdog.start()
    try:
        yield Show(process, report)
    finally:
        watchdog.cancel()
        process.kill()
        process.wait()
        assert process.stderr is not None
        process.stderr.close()


def eventually(condition: Callable[[], bool], what: str, deadline_s: float = DEADLINE_S) -> None:
    """Wait until `condition` holds, by looking again and again."""
    end_s = time.monotonic() + deadline_s
    while not condition():
        assert time.monotonic() < end_s, f"not within {deadline_s} s: {what}"


def alive(pid: int) -> bool:
    """Say whether a process runs; a zombie does not."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return stat.rpartition(")")[2].split()[0] not in "ZX"
