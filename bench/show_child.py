"""One measured show, in a process of its own.

Role: plays a real show in a small window for some seconds while something else decodes, and prints
what was seen of it as one line of JSON. Counterpart: `bench.shows` starts it, on a screen that
outlives it; the benches compare.

Guarantees: one transition follows another without a rest; the frames are counted by the product's
own log. Nothing is done to the show's process but what the order says: a full collection of
garbage holds the show up, so only a show that is asked to `collect` has any but its own.
"""

import contextlib
import gc
import os
import sys
import time
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import msgspec
from PySide6.QtCore import QTimer
from PySide6.QtQuick import QQuickView

from bench import watching
from bench.driver import Driver
from bench.frame_marks import FrameMarks
from bench.gc_pauses import GcPauses
from bench.loads import loaded
from bench.orders import WINDOW_PX, Order, Seen
from stillframe import app
from stillframe.contracts.feeds import FeedSource
from stillframe.contracts.pixels import Size
from stillframe.settings import Settings, load
from stillframe.show.code import code_folders, network_files, shader_compiler
from stillframe.show.repertoire import NO_FILES
from stillframe.show.report import Report
from stillframe.show.shading import Shelf, look_into
from stillframe.show.sources import Group
from stillframe.show.specs import Places

# From when on stalls and collections are counted: a show that starts has a window to open.
_SETTLED_MS: Final = 3000


def main(text: str) -> None:
    """Play the show of an `Order` and print what was `Seen`."""
    order = msgspec.json.decode(text, type=Order)
    os.environ["QT_LOGGING_RULES"] = watching.LOG_RULES
    settings = _settings(order)
    tally = os.path.join(order.home, "faults")
    marks, pauses = FrameMarks(), GcPauses()
    driver = Driver(order, tally, marks)
    with (
        watching.logged(marks) as logs,
        watching.stalls_marked(),
        watching.small_scenes(Size(*WINDOW_PX)),
        watching.plays_marked(driver.on_play),
        watching.uploads_marked(),
        watching.in_turn(driver.played, driver.meet) if order.in_turn else contextlib.nullcontext(),
        watching.in_trouble(order.trouble, tally),
        loaded(order.load, order.heavy, settings) as load_now,
    ):
        report = _play(order, settings, driver, pauses)
        decoded, cpu_s = load_now()
    seen = Seen(
        intervals_ms=[float(ms) for log in logs for ms in log.intervals_ms.elements()],
        gui_stall_ms_max=report.gui_stall_ms_max or 0.0,
        lates=marks.lates,
        transitions=report.transitions,
        motions=marks.motions,
        stays=marks.stays,
        decoded=decoded,
        load_cpu_s=cpu_s,
        supervisor_share=driver.supervisor_share,
        faults=driver.faults(),
        resident_bytes=driver.resident_bytes,
        gc_counts=pauses.counts,
        gc_longest_ms=pauses.longest_ms,
        gc_full_ms=driver.gc_full_ms,
    )
    print(msgspec.json.encode(seen).decode())


def _play(order: Order, settings: Settings, driver: Driver, pauses: GcPauses) -> Report:
    places = _places(order)

    def on_open(view: QQuickView) -> None:
        watching.MarkedMeter.settled_ns = time.monotonic_ns() + _SETTLED_MS * 1_000_000
        # The collection that ends the start is the show's own, and comes before the first photo.
        QTimer.singleShot(_SETTLED_MS, view, lambda: gc.callbacks.append(pauses.note))
        driver.begin(view)

    return app.play(
        app.PlayOptions(
            settings=settings,
            groups=(Group("the bench's photos", places.roots),),
            windowed=Size(*order.window_px),
            seed=1,
            exit_after_s=order.play_s + order.patience_s,
            measure=True,
            places=places,
            feeds=tuple(FeedSource(url=url) for url in order.feeds),
            on_open=on_open,
            own_transitions=_own(order, places),
        ),
        os.environ,
    )


def _places(order: Order) -> Places:
    photos, home = os.fsencode(order.photos), os.fsencode(order.home or order.photos)
    return Places(
        roots=(photos,),
        scenes=home + b"/scenes",
        index=home + b"/.index",
        code=code_folders(),
        network=network_files() if order.feeds else (),
        mirror=home + b"/feeds" if order.feeds else b"",
        shaders=home + b"/shaders" if order.own else b"",
        compiler=shader_compiler() if order.own else b"",
    )


def _own(order: Order, places: Places) -> Shelf:
    return look_into(Path(order.own), places.shaders) if order.own else NO_FILES


def _settings(order: Order) -> Settings:
    flags = {
        "--interval": "10",
        "--transition-duration": str(order.transition_s),
        "--allow-host": ",".join(urlsplit(url).netloc for url in order.feeds),
        **order.flags,
    }
    return load(file_text=order.file or None, file_name="the bench's", environ={}, flags=flags)


if __name__ == "__main__":
    main(sys.argv[1])
