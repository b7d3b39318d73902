"""A show in a hurry: the product's own, with photos that stay for a moment; run as a program.

Arguments: the folder of photos, and how many seconds each photo and each transition takes, fewer
than the settings would allow. Everything else is as a person would have it with
`transitions.type = random`. The report goes to standard output.
"""

import os
import sys

import msgspec

from stillframe import app
from stillframe.contracts.pixels import Size
from stillframe.settings import load
from stillframe.show.code import code_folders
from stillframe.show.sources import Group
from stillframe.show.specs import Places

WINDOW = Size(480, 270)


def main(folder: str, moment_s: str) -> None:
    flags = {"--transition": "random"}
    settings = load(file_text=None, file_name="", environ={}, flags=flags)
    moment = float(moment_s)
    show = msgspec.structs.replace(settings.show, interval_s=moment, transition_duration_s=moment)
    root = os.fsencode(folder)
    report = app.play(
        app.PlayOptions(
            settings=msgspec.structs.replace(settings, show=show),
            groups=(Group("the test's photos", (root,)),),
            windowed=WINDOW,
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
    sys.stdout.write(msgspec.json.encode(report).decode())


if __name__ == "__main__":
    main(*sys.argv[1:])
