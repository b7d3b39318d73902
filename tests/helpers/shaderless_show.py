"""A show on a screen that cannot draw a single shader, not even the crossfade; run as a program.

Arguments: the folder of photos, and a folder for a copy of the scene whose crossfade is damaged.
"""

import os
import shutil
import sys
from importlib import resources
from pathlib import Path
from unittest import mock

from stillframe import app
from stillframe.contracts.pixels import Size
from stillframe.player import stage, window
from stillframe.settings import load
from stillframe.show.code import code_folders
from stillframe.show.sources import Group
from stillframe.show.specs import Places


def main(folder: str, copy: str) -> None:
    package = Path(str(resources.files("stillframe")))
    for part in ("player/qml", "player/shaders", "transitions/shaders"):
        shutil.copytree(package / part, Path(copy) / part)
    shaders = Path(copy) / "transitions" / "shaders"
    damaged = shaders / "crossfade.frag.qsb"
    damaged.write_bytes(damaged.read_bytes()[:100])
    root = os.fsencode(folder)
    flags = {"--interval": "2", "--transition-duration": "0.3"}
    with (
        mock.patch.object(window, "_QML", Path(copy) / "player" / "qml" / "Stage.qml"),
        mock.patch.object(stage, "_SHADERS", shaders),
    ):
        app.play(
            app.PlayOptions(
                settings=load(file_text=None, file_name="", environ={}, flags=flags),
                groups=(Group("the test's photos", (root,)),),
                windowed=Size(320, 180),
                seed=1,
                exit_after_s=None,
                measure=False,
                places=Places(
                    roots=(root,),
                    scenes=root + b"/scenes",
                    index=root + b"/.index",
                    code=code_folders(),
                ),
            ),
            os.environ,
        )


if __name__ == "__main__":
    main(*sys.argv[1:])
