"""What a show of one folder in a small window is ordered with, as the command would order it."""

import os
from collections.abc import Callable

from PySide6.QtQuick import QQuickView

from stillframe import app
from stillframe.contracts.pixels import Size
from stillframe.settings import Settings, load
from stillframe.show.code import code_folders
from stillframe.show.sources import Group
from stillframe.show.specs import Places

WINDOW = Size(320, 180)


def options(
    folder: str,
    settings: Settings,
    *,
    windowed: Size = WINDOW,
    exit_after_s: float | None = None,
    on_open: Callable[[QQuickView], None] | None = None,
) -> app.PlayOptions:
    """Return the order of a show; the seed is always the same."""
    root = os.fsencode(folder)
    return app.PlayOptions(
        settings=settings,
        groups=(Group("the test's photos", (root,)),),
        windowed=windowed,
        seed=1,
        exit_after_s=exit_after_s,
        measure=False,
        places=Places(
            roots=(root,),
            scenes=root + b"/scenes",
            index=root + b"/.index",
            code=code_folders(),
        ),
        on_open=on_open,
    )


def flagged(flags: dict[str, str]) -> Settings:
    """Return the settings that these words on the command line give."""
    return load(file_text=None, file_name="", environ={}, flags=flags)
