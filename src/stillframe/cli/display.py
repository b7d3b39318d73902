"""Whether a window can be opened, found out before Qt ends the process over it.

Role: one line instead of an abort. Counterpart: `cli.play` asks before it imports Qt.
"""

import ctypes
import os
import shutil
import socket
from collections.abc import Mapping
from typing import Final

# What Qt's X11 plugin needs that a bare Debian or Ubuntu lacks; `./run setup` installs more.
_XCB_LIBRARIES: Final = {
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
# What importing Qt needs at all.
_QT_LIBRARIES: Final = {
    "libGL.so.1": "libgl1",
    "libEGL.so.1": "libegl1",
    "libfontconfig.so.1": "libfontconfig1",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libdbus-1.so.3": "libdbus-1-3",
    "libxkbcommon.so.0": "libxkbcommon0",
}
_CONNECT_TIMEOUT_S: Final = 2.0


def display_problem(environ: Mapping[str, str]) -> str | None:
    """Return, in one line, why no window can be opened and what to do; None if one can."""
    if environ.get("QT_QPA_PLATFORM", "").partition(":")[0] in {"offscreen", "minimal", "vnc"}:
        return _missing_libraries(_QT_LIBRARIES)
    if environ.get("WAYLAND_DISPLAY"):
        return _missing_libraries(_QT_LIBRARIES)
    display = environ.get("DISPLAY", "")
    if not display:
        return f"no display: DISPLAY and WAYLAND_DISPLAY are not set; {_without_display()}"
    if not _x_server_answers(display):
        return f"no display: nothing answers at DISPLAY={display}; {_without_display()}"
    return _missing_libraries(_QT_LIBRARIES | _XCB_LIBRARIES)


def _without_display() -> str:
    if shutil.which("xvfb-run"):
        return "to run without a screen: xvfb-run stillframe play ..."
    return "to run without a screen: apt-get install xvfb xauth, then xvfb-run stillframe play ..."


def _x_server_answers(display: str) -> bool:
    """Say whether somebody listens; a display on another host is left for Qt to try."""
    host, _, number = display.rpartition(":")
    number = number.partition(".")[0]
    if host not in ("", "unix") or not number.isdecimal():
        return True
    for address in (f"/tmp/.X11-unix/X{number}", f"\0/tmp/.X11-unix/X{number}"):  # noqa: S108
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as server:
            server.settimeout(_CONNECT_TIMEOUT_S)
            try:
                server.connect(address)
            except OSError:
                continue
            return True
    return False


def _missing_libraries(libraries: Mapping[str, str]) -> str | None:
    missing = sorted(package for name, package in libraries.items() if not _loads(name))
    if not missing:
        return None
    sudo = "" if os.geteuid() == 0 else "sudo "
    return f"missing system libraries: {sudo}apt-get install {' '.join(missing)}"


def _loads(name: str) -> bool:
    try:
        ctypes.CDLL(name)
    except OSError:
        return False
    return True
