"""A screen where there is none: Xvfb, with its picture readable while it is drawn.

Role: gives the demo and the tests a real X server, and its pixels without asking the program that
draws. Counterpart: Xvfb keeps its framebuffer in a file (`-fbdir`), in XWD format.

Guarantees: a free display number is chosen by the server itself; server and file are gone
afterwards; `grab` disturbs nobody.
"""

import mmap
import os
import select
import struct
import subprocess
import tempfile
from collections.abc import Mapping
from types import TracebackType
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

_START_TIMEOUT_S: Final = 20
# The first words of an XWD header, big-endian 32 bits each; see <X11/XWDFile.h>.
_HEADER: Final = struct.Struct(">25I")
_WORD_HEADER_BYTES, _WORD_WIDTH, _WORD_HEIGHT = 0, 4, 5
_WORD_BITS_PER_PIXEL, _WORD_LINE_BYTES, _WORD_COLOURS = 11, 12, 19
_COLOUR_BYTES: Final = 12
_BITS_PER_PIXEL: Final = 32


class VirtualScreen:
    """An X server of `width_px` x `height_px`, while entered."""

    def __init__(self, width_px: int, height_px: int) -> None:
        self._size = (width_px, height_px)

    def __enter__(self) -> Self:
        """Start the server.

        Raises:
            FileNotFoundError: if Xvfb is not installed.
            RuntimeError: if it does not come up, with what it said.
        """
        self._folder = tempfile.TemporaryDirectory(prefix="stillframe-screen-")
        width_px, height_px = self._size
        reader, writer = os.pipe()
        command = ["Xvfb", "-displayfd", str(writer), "-nolisten", "tcp", "-noreset"]
        screen = ["-screen", "0", f"{width_px}x{height_px}x24", "-fbdir", self._folder.name]
        try:
            self._server = subprocess.Popen(
                [*command, *screen],
                pass_fds=[writer],
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
            )
        except FileNotFoundError:
            os.close(reader)
            self._folder.cleanup()
            raise
        finally:
            os.close(writer)
        with os.fdopen(reader, "rb") as answer:
            ready, _, _ = select.select([answer], [], [], _START_TIMEOUT_S)
            number = answer.readline().strip() if ready else b""
        if not number:
            said = self._end()
            raise RuntimeError(f"Xvfb did not start: {said or 'no reason given'}")
        self.display = f":{number.decode()}"
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._end()

    @property
    def pid(self) -> int:
        """The server's process number."""
        return self._server.pid

    def environ(self, base: Mapping[str, str]) -> dict[str, str]:
        """Return an environment in which programs draw here."""
        return {
            **{name: value for name, value in base.items() if name != "WAYLAND_DISPLAY"},
            "DISPLAY": self.display,
            "QT_QPA_PLATFORM": "xcb",
            "LIBGL_ALWAYS_SOFTWARE": "1",
        }

    def grab(self) -> NDArray[np.uint8]:
        """Return what is on the screen now: height x width x 3, RGB."""
        path = os.path.join(self._folder.name, "Xvfb_screen0")
        with open(path, "rb") as file, mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ) as picture:
            words = _HEADER.unpack_from(picture)
            if words[_WORD_BITS_PER_PIXEL] != _BITS_PER_PIXEL:
                raise RuntimeError(f"a pixel has {words[_WORD_BITS_PER_PIXEL]} bits, not 32")
            start = words[_WORD_HEADER_BYTES] + words[_WORD_COLOURS] * _COLOUR_BYTES
            height_px, line_bytes = words[_WORD_HEIGHT], words[_WORD_LINE_BYTES]
            data = picture[start : start + height_px * line_bytes]
        lines = np.frombuffer(data, np.uint8).reshape(height_px, line_bytes)
        pixels = lines[:, : words[_WORD_WIDTH] * 4].reshape(height_px, -1, 4)
        return np.ascontiguousarray(pixels[:, :, 2::-1])

    def _end(self) -> str:
        self._server.terminate()
        _, said = self._server.communicate()
        self._folder.cleanup()
        return said.decode(errors="replace").strip()
