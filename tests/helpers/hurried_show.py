"""A show in a hurry: the product's own, with photos that stay for a moment; run as a program.

Arguments: the folder of photos, and how many seconds each photo and each transition takes, fewer
than the settings would allow. Everything else is as a person would have it with
`transitions.type = random`. The report goes to standard output.
"""

import os
import sys

import msgspec

from one_folder import flagged, options
from stillframe import app
from stillframe.contracts.pixels import Size


def main(folder: str, moment_s: str) -> None:
    settings = flagged({"--transition": "random"})
    moment = float(moment_s)
    show = msgspec.structs.replace(settings.show, interval_s=moment, transition_duration_s=moment)
    ordered = options(folder, msgspec.structs.replace(settings, show=show), windowed=Size(480, 270))
    report = app.play(ordered, os.environ)
    sys.stdout.write(msgspec.json.encode(report).decode())


if __name__ == "__main__":
    main(*sys.argv[1:])
