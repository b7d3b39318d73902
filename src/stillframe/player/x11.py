"""What happens when the X server dies under a running show: the process ends, at once.

Role: replaces libX11's own end, which runs exit handlers on whichever thread noticed. On Qt's
render thread those wait for Python's lock, held by a thread that waits for the render thread.
Counterpart: the workers' ties to their parent, which end them.

Guarantees: no Python runs in the handler; where there is no X server, nothing is done.
"""

import ctypes

from PySide6.QtGui import QGuiApplication, QNativeInterface


def end_with_server() -> bool:
    """Have this process end as soon as its X server is gone; False where that cannot be had."""
    qt = QGuiApplication.instance()
    if not isinstance(qt, QGuiApplication) or qt.platformName() != "xcb":
        return False
    native = qt.nativeInterface()
    if not isinstance(native, QNativeInterface.QX11Application):
        return False
    try:
        set_handler = ctypes.CDLL("libX11.so.6").XSetIOErrorExitHandler
        leave = ctypes.CDLL(None)._exit  # noqa: SLF001 - its name in C
    except (OSError, AttributeError):  # a libX11 from before 2020
        return False
    set_handler.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p]
    set_handler.restype = None
    # The C library's `_exit` itself is the handler: it needs nothing of this process any more.
    set_handler(native.display(), ctypes.cast(leave, ctypes.c_void_p), None)
    return True
