"""Whether a window can be opened, found out before Qt ends the process over it.

Role: one line instead of an abort. Counterpart: `cli.play` asks before it imports Qt.
"""

import shutil
import socket
from collections.abc import Mapping
from typing import Final

from stillframe.cli import system

_CONNECT_TIMEOUT_S: Final = 2.0
_PLATFORMS_WITHOUT_DISPLAY: Final = {"offscreen", "minimal", "vnc", "eglfs", "linuxfb"}


def display_problem(environ: Mapping[str, str]) -> str | None:
    """Return, in one line, why no window can be opened and what to do; None if one can."""
    platform = environ.get("QT_QPA_PLATFORM", "").partition(":")[0]
    if platform in _PLATFORMS_WITHOUT_DISPLAY or environ.get("WAYLAND_DISPLAY"):
        return _missing(system.QT)
    display = environ.get("DISPLAY", "")
    if not display:
        return f"no display: DISPLAY and WAYLAND_DISPLAY are not set; {_without_display()}"
    if not _x_server_answers(display):
        return f"no display: nothing answers at DISPLAY={display}; {_without_display()}"
    return _missing(system.QT | system.X11)


def _without_display() -> str:
    how = "to run without a screen: xvfb-run stillframe play ..."
    if shutil.which("xvfb-run"):
        return how
    return f"{how} (first: {system.install_line(['xvfb', 'xauth'])})"


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


def _missing(needs: Mapping[str, str]) -> str | None:
    packages = system.missing_packages(needs.items())
    return f"missing system libraries: {system.install_line(packages)}" if packages else None
