"""Single transitions in Qt's log of frames: how each begins, and what is presented during a stall.

Role: from the log's bytes to lists of times. Counterpart: `bench.show_child` reads the log and
marks its stalls in it; `player.frame_log` counts all intervals alike.

Guarantees: times are whole milliseconds, as Qt's log has them; how the bytes were cut into pieces
makes no difference.
"""

import itertools
import re
from typing import Final

from stillframe.player import frame_log

STALL_CATEGORY: Final = "bench.stall"
_LINE: Final = re.compile(rb"\s*(\d{1,9})\.(\d{3}) (\S+) (.*)")
_PRESENTED: Final = b"frame rendered"


class FrameMarks:
    """What came of each transition and each stall."""

    def __init__(self) -> None:
        self.motions_ms: list[list[int]] = []
        """Of each transition that ended: when it began, and each of its frames."""
        self.stalled_frames: list[int] = []
        """How many frames were presented during each stall."""
        self._rest = b""
        self._motion: list[int] | None = None
        self._stalled: int | None = None

    def feed(self, data: bytes) -> None:
        """Take the log's bytes as they come."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            match = _LINE.fullmatch(line)
            if match is not None:
                seconds, milliseconds, category, message = match.groups()
                self._take(int(seconds) * 1000 + int(milliseconds), category.decode(), message)

    @property
    def first_intervals(self) -> list[float]:
        """Each transition's first interval between two frames, by the median of its others."""
        found = []
        for motion in self.motions_ms:
            frames = motion[1:]
            steps = sorted(b - a for a, b in itertools.pairwise(frames[1:]))
            if len(steps) > 2 and steps[len(steps) // 2]:
                # The first frame is late by what begins with it: from the beginning, not from
                # the frame before, which was drawn while the screen was at rest.
                first = max(frames[0] - motion[0], frames[1] - frames[0])
                found.append(first / steps[len(steps) // 2])
        return found

    def _take(self, at_ms: int, category: str, message: bytes) -> None:
        begins = message == frame_log.BEGIN.encode()
        if category == frame_log.MOTION_CATEGORY:
            if self._motion is not None and not begins:
                self.motions_ms.append(self._motion)
            self._motion = [at_ms] if begins else None
        elif category == STALL_CATEGORY:
            if self._stalled is not None and not begins:
                self.stalled_frames.append(self._stalled)
            self._stalled = 0 if begins else None
        elif _PRESENTED in message:
            if self._motion is not None:
                self._motion.append(at_ms)
            if self._stalled is not None:
                self._stalled += 1
