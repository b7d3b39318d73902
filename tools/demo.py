"""The show without a screen: 20 seconds under Xvfb, with pictures and numbers to look at.

Role: `./run demo` where there is no display. Counterpart: the installed command `stillframe play`,
run as a user would run it.

Leaves in build/demo: rest.png, transition-1.png to -3.png, contact-sheet.png, report.json. Exits
with status 1 if what was on screen was not a photo.
"""

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import threading
import time
from pathlib import Path
from typing import Final

import numpy as np
import pyvips
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from virtual_screen import VirtualScreen

OUT: Final = Path(__file__).resolve().parent.parent / "build" / "demo"
WIDTH_PX, HEIGHT_PX = 1280, 720
SHOW_S: Final = 20
# A small machine may take long to paint the first scene; that is no part of the show.
PATIENCE_S: Final = 120
INTERVAL_S: Final = 3.0
TRANSITION_S: Final = 1.6
# Where in the transition a picture is taken, as a fraction of it.
_MOMENTS: Final = (0.25, 0.5, 0.75)
_SHEET_COLUMNS: Final = 4
_THUMB_WIDTH_PX: Final = 480
# A photo's luminance varies more than this; a blank or black screen does not vary at all.
_LEAST_DEVIATION: Final = 4.0

Picture = NDArray[np.uint8]


def main(arguments: list[str]) -> int:
    """Run the show, take the pictures, print the report."""
    if shutil.which("Xvfb") is None:
        print("no display and no Xvfb: apt-get install xvfb xauth", file=sys.stderr)
        return 3
    shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir(parents=True)
    with VirtualScreen(WIDTH_PX, HEIGHT_PX) as screen:
        status, moving, resting = _run(screen, arguments)
    if status != 0:
        return status
    return _leave(moving, resting)


def _run(screen: VirtualScreen, arguments: list[str]) -> tuple[int, list[Picture], list[Picture]]:
    """Run the show; return its status, the pictures inside one transition, and those at rest."""
    command = [
        os.path.join(sysconfig.get_path("scripts"), "stillframe"),
        "play",
        *("--windowed", f"{WIDTH_PX}x{HEIGHT_PX}"),
        *("--interval", str(INTERVAL_S), "--transition-duration", str(TRANSITION_S)),
        *("--exit-after", str(PATIENCE_S), "--seed", "7", "--report", str(OUT / "report.json")),
        *arguments,
    ]
    show = subprocess.Popen(
        command, env=screen.environ(os.environ), stderr=subprocess.PIPE, text=True
    )
    begun, ending = threading.Semaphore(0), threading.Event()
    threading.Thread(target=_watch, args=(show, begun, ending), daemon=True).start()
    moving: list[Picture] = []
    resting: list[Picture] = []
    # The first appearance rises from the mat; the transitions proper follow.
    first_s, ends_s = 0.0, time.monotonic() + PATIENCE_S
    while begun.acquire(timeout=max(0.0, ends_s - time.monotonic())) and not ending.is_set():
        began_s = time.monotonic()
        if not resting:
            first_s = began_s
        if resting and len(moving) < len(_MOMENTS):
            for moment in _MOMENTS:
                _pause_until(began_s + moment * TRANSITION_S)
                moving.append(screen.grab())
        _pause_until(began_s + TRANSITION_S + 0.5)
        picture = screen.grab()
        if not ending.is_set():
            resting.append(picture)
        if moving:
            ends_s = first_s + SHOW_S
    show.terminate()
    return show.wait(), moving, resting


def _watch(
    show: subprocess.Popen[str], begun: threading.Semaphore, ending: threading.Event
) -> None:
    """Pass the show's log on, count its transitions, and notice its end."""
    assert show.stderr is not None  # noqa: S101 - it was asked for
    for line in show.stderr:
        sys.stderr.write(line)
        if line.startswith("[SHOW] transition "):
            begun.release()
        elif "worker=images state=stopping" in line:
            ending.set()  # the window is closed by now
    ending.set()
    begun.release()


def _pause_until(at_s: float) -> None:
    time.sleep(max(0.0, at_s - time.monotonic()))


def _leave(moving: list[Picture], resting: list[Picture]) -> int:
    if not resting or len(moving) < len(_MOMENTS):
        print("the demo saw no transition: the show was too slow or too short", file=sys.stderr)
        return 1
    _write(resting[0], OUT / "rest.png")
    for number, picture in enumerate(moving, start=1):
        _write(picture, OUT / f"transition-{number}.png")
    pictures = [resting[0], *moving, *resting[1:]]
    _write_sheet(pictures, OUT / "contact-sheet.png")
    _print_report(json.loads((OUT / "report.json").read_text()))
    blank = [n for n, picture in enumerate(pictures) if float(picture.std()) < _LEAST_DEVIATION]
    if blank:
        print(f"pictures {blank} of the contact sheet are blank", file=sys.stderr)
        return 1
    print(f"pictures and report: {OUT}/")
    return 0


def _image(picture: Picture) -> pyvips.Image:
    return pyvips.Image.new_from_array(picture).copy(interpretation="srgb")


def _write(picture: Picture, path: Path) -> None:
    _image(picture).write_to_file(str(path))


def _write_sheet(pictures: list[Picture], path: Path) -> None:
    thumbs = [_image(picture).thumbnail_image(_THUMB_WIDTH_PX) for picture in pictures]
    sheet = pyvips.Image.arrayjoin(thumbs, across=_SHEET_COLUMNS, shim=12, background=[24, 24, 24])
    sheet.write_to_file(str(path))


def _print_report(report: dict[str, object]) -> None:
    table = Table(title="The show in numbers")
    table.add_column("what")
    table.add_column("value", justify="right")
    for name, value in report.items():
        if isinstance(value, dict):
            inner = {k: v["restarts"] if isinstance(v, dict) else v for k, v in value.items()}
            text = ", ".join(f"{key} {_number(entry)}" for key, entry in inner.items()) or "none"
            table.add_row(name if name != "workers" else "workers (restarts)", text)
        else:
            table.add_row(name, _number(value))
    Console().print(table)


def _number(value: object) -> str:
    return f"{value:.1f}" if isinstance(value, float) else str(value)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
