"""What happens when the X server dies under a running show: the process ends, at once.

Role: libX11 and Qt both call C's `exit` on whichever thread noticed, and `exit` runs the
destructors of every library. On Qt's render thread those wait for Python's lock, held by a thread
that waits for the render thread. So `exit` ends here instead. Counterpart: the workers' ties to
their parent, which end them.

Guarantees: no Python runs in the handler; the status is the one that `exit` was given; Python's
own end comes before, so it loses nothing by this. libX11's `XSetIOErrorExitHandler` is no way:
its default error handler has called `exit` before it gets there.
"""

import ctypes


def end_with_server() -> bool:
    """Have C's `exit` end this process without destructors; False where that cannot be had."""
    libc = ctypes.CDLL(None)
    try:
        on_exit, leave = libc.on_exit, libc._exit  # noqa: SLF001 - its name in C
    except AttributeError:  # a C library other than glibc
        return False
    on_exit.argtypes = [ctypes.c_void_p, ctypes.c_void_p]
    on_exit.restype = ctypes.c_int
    # Handlers run last in, first out: this one comes before those of the libraries loaded so far.
    # It is called with the status first, as `_exit` wants it.
    return bool(on_exit(ctypes.cast(leave, ctypes.c_void_p), None) == 0)
