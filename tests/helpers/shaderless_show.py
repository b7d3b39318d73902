"""A show on a screen that cannot draw a single shader, not even the crossfade; run as a program.

Arguments: the folder of photos, and a folder for a copy of the scene whose crossfade is damaged.
"""

import os
import shutil
import sys
from importlib import resources
from pathlib import Path
from unittest import mock

from one_folder import flagged, options
from stillframe import app
from stillframe.player import stage, window


def main(folder: str, copy: str) -> None:
    package = Path(str(resources.files("stillframe")))
    for part in ("player/qml", "player/shaders", "transitions/shaders"):
        shutil.copytree(package / part, Path(copy) / part)
    shaders = Path(copy) / "transitions" / "shaders"
    damaged = shaders / "crossfade.frag.qsb"
    damaged.write_bytes(damaged.read_bytes()[:100])
    settings = flagged({"--interval": "2", "--transition-duration": "0.3"})
    with (
        mock.patch.object(window, "_QML", Path(copy) / "player" / "qml" / "Stage.qml"),
        mock.patch.object(stage, "_SHADERS", shaders),
    ):
        app.play(options(folder, settings), os.environ)


if __name__ == "__main__":
    main(*sys.argv[1:])
