"""What the system must bring, and the Debian package that brings it.

Role: the one list of system libraries and programs. Counterpart: `./run setup` installs what is
missing, with no more than a bare Python; `cli.display` names it to a person.

Guarantees: imports the standard library only; looks for the thing itself, not for a package's
name, which differs between releases.
"""

import ctypes
import glob
import os
import shutil
import sys
from collections.abc import Iterable
from typing import Final

# What importing Qt needs.
QT: Final = {
    "libGL.so.1": "libgl1",
    "libEGL.so.1": "libegl1",
    "libfontconfig.so.1": "libfontconfig1",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libdbus-1.so.3": "libdbus-1-3",
    "libxkbcommon.so.0": "libxkbcommon0",
}
# What its X11 plugin needs.
X11: Final = {
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libX11-xcb.so.1": "libx11-xcb1",
}
# What drawing without a graphics card needs, as under Xvfb.
SOFTWARE_GL: Final = {
    "libGLX_mesa.so.0": "libglx-mesa0",
    "libEGL_mesa.so.0": "libegl-mesa0",
    "/usr/lib/*/dri/swrast_dri.so": "libgl1-mesa-dri",
}
# Hearing what the computer plays. Without them, the rest of a show is as it is.
SOUND: Final = {"libpulse.so.0": "libpulse0", "parec": "pulseaudio-utils"}
# A screen where there is none.
XVFB: Final = {"Xvfb": "xvfb", "xauth": "xauth"}

_EVERYTHING: Final = QT | X11 | SOFTWARE_GL | SOUND | XVFB


def missing_packages(needs: Iterable[tuple[str, str]]) -> list[str]:
    """Return the packages of those needs (thing, package) that are not met, in order of name."""
    return sorted({package for thing, package in needs if not _is_there(thing)})


def install_line(packages: Iterable[str]) -> str:
    """Return the command that a person types to install packages."""
    sudo = "" if os.geteuid() == 0 else "sudo "
    return f"{sudo}apt-get install {' '.join(packages)}"


def _is_there(thing: str) -> bool:
    if thing.startswith("/"):
        return bool(glob.glob(thing))
    if ".so" not in thing:
        return shutil.which(thing) is not None
    try:
        ctypes.CDLL(thing)
    except OSError:
        return False
    return True


def main(more: Iterable[str]) -> None:
    """Print the packages that are missing; `more` are further needs, as THING=PACKAGE."""
    needs = [*_EVERYTHING.items(), *((t, p) for t, _, p in (word.partition("=") for word in more))]
    sys.stdout.write(" ".join(missing_packages(needs)) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
