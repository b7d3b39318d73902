"""Single transitions in Qt's log of frames, what is between them, and what held up the interface.

Role: from the log's bytes to lists of times. Counterpart: `bench.watching` marks in the log what
plays and is uploaded, where Python is held up, and where the interface's thread came late;
`player.frame_log` counts all intervals alike.

Guarantees: times are whole milliseconds, as Qt's log has them; how the bytes were cut into pieces
makes no difference.
"""

import itertools
import re
from typing import Final

import msgspec

from stillframe.player import frame_log

STALL_CATEGORY: Final = "bench.stall"
PLAY_CATEGORY: Final = "bench.play"
LATE_CATEGORY: Final = "bench.late"
UPLOAD_CATEGORY: Final = "bench.upload"
_LINE: Final = re.compile(rb"\s*(\d{1,9})\.(\d{3}) (\S+) (.*)")
_PRESENTED: Final = b"frame rendered"
_RENDER: Final = re.compile(rb"render=(\d+)")
# The interface's thread has handed a frame over. It waits from asking for that until the render
# thread, which may be drawing the frame before, has taken over what is to be drawn.
_HANDED_OVER: Final = re.compile(
    rb".*Frame prepared, polish=(\d+) ms, lock=(\d+) ms, blockedForSync=(\d+) ms.*"
)
# Longer ago than any thread is late.
_HANDOVERS_KEPT: Final = 200


class Motion(msgspec.Struct):
    """One transition."""

    name: str
    begun_ms: int
    frames_ms: list[int] = msgspec.field(default_factory=list)
    stalled_frames: int | None = None
    """How many frames were presented while Python was held up, if it was and the motion went on."""

    @property
    def first_interval(self) -> float | None:
        """The first interval between two frames, by the median of the others.

        The first frame is late by what begins with it: from the beginning, not from the frame
        before, which was drawn while the screen was at rest.
        """
        frames = self.frames_ms
        steps = sorted(b - a for a, b in itertools.pairwise(frames[1:]))
        if len(steps) < 3 or not steps[len(steps) // 2]:
            return None
        return max(frames[0] - self.begun_ms, frames[1] - frames[0]) / steps[len(steps) // 2]


class Stay(msgspec.Struct):
    """What was presented from one transition's end to the next one's beginning."""

    frames_ms: list[int] = msgspec.field(default_factory=list)
    """The first is the transition's last one: what is uploaded then delays the one after it."""
    renders_ms: list[int] = msgspec.field(default_factory=list)
    """How long Qt prepared each of them, textures included; with a graphics card, no drawing."""
    uploads_ms: list[tuple[int, int]] = msgspec.field(default_factory=list)
    """From the wish to the stage's word that the photo is there."""


class Late(msgspec.Struct, frozen=True):
    """The interface's thread was away for a while.

    Attributes:
        late_ms: how long.
        in_qt_ms: of that, how long it handed a frame over to Qt's render thread, or waited to.
        queued_ms: how long it could have run, and there was no processor for it.
        worked_ms: how long it ran, since it was last heard of: at most 5 ms before it was late.
    """

    late_ms: float
    in_qt_ms: float
    queued_ms: float
    worked_ms: float


class FrameMarks:
    """What came of each transition, and of each lateness."""

    def __init__(self) -> None:
        self.motions: list[Motion] = []
        """Those that ended."""
        self.stays: list[Stay] = []
        """Those that ended."""
        self.lates: list[Late] = []
        self._rest = b""
        self._name = ""
        self._motion: Motion | None = None
        self._stalled: int | None = None
        self._stay: Stay | None = None
        self._upload_ms: int | None = None  # when it was begun
        self._render_ms = 0  # of the last frame
        self._handovers: list[tuple[int, int]] = []  # when each ended, and how long it took

    def feed(self, data: bytes) -> None:
        """Take the log's bytes as they come."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            match = _LINE.fullmatch(line)
            if match is not None:
                seconds, milliseconds, category, message = match.groups()
                self._take(int(seconds) * 1000 + int(milliseconds), category.decode(), message)

    def _take(self, at_ms: int, category: str, message: bytes) -> None:
        begins = message == frame_log.BEGIN.encode()
        if category == frame_log.MOTION_CATEGORY:
            self._move(at_ms, begins=begins)
        elif category == STALL_CATEGORY:
            self._stall(begins=begins)
        elif category == UPLOAD_CATEGORY:
            self._upload(at_ms, begins=begins)
        elif category == PLAY_CATEGORY:
            self._name = message.decode()
        elif category == LATE_CATEGORY:
            self._note_late(at_ms, *map(float, message.split()))
        else:
            self._draw(at_ms, message)

    def _move(self, at_ms: int, *, begins: bool) -> None:
        if self._motion is not None and not begins:
            self.motions.append(self._motion)
            frames_ms = self._motion.frames_ms[-1:]
            self._stay = Stay(frames_ms, [self._render_ms for _ in frames_ms])
        elif self._stay is not None and begins:
            self.stays.append(self._stay)
            self._stay = None
        self._motion = Motion(self._name, at_ms) if begins else None
        self._stalled = None  # one that does not lie within a motion is none of it

    def _stall(self, *, begins: bool) -> None:
        if self._motion is not None and self._stalled is not None and not begins:
            self._motion.stalled_frames = self._stalled
        self._stalled = 0 if begins and self._motion is not None else None

    def _upload(self, at_ms: int, *, begins: bool) -> None:
        if self._stay is not None and self._upload_ms is not None and not begins:
            self._stay.uploads_ms.append((self._upload_ms, at_ms))
        self._upload_ms = at_ms if begins else None

    def _draw(self, at_ms: int, message: bytes) -> None:
        if _PRESENTED in message:
            took = _RENDER.search(message)
            self._render_ms = int(took[1]) if took else 0
            if self._motion is not None:
                self._motion.frames_ms.append(at_ms)
            elif self._stay is not None:
                self._stay.frames_ms.append(at_ms)
                self._stay.renders_ms.append(self._render_ms)
            if self._stalled is not None:
                self._stalled += 1
        elif (handed_over := _HANDED_OVER.fullmatch(message)) is not None:
            self._handovers.append((at_ms, sum(map(int, handed_over.groups()))))
            del self._handovers[:-_HANDOVERS_KEPT]

    def _note_late(self, at_ms: int, late_ms: float, queued_ms: float, worked_ms: float) -> None:
        """Note how much of the time before now went by in Qt."""
        since_ms = at_ms - late_ms
        in_qt_ms = sum(
            max(0.0, min(ended_ms, at_ms) - max(ended_ms - took_ms, since_ms))
            for ended_ms, took_ms in self._handovers
        )
        self.lates.append(Late(late_ms, min(late_ms, in_qt_ms), queued_ms, worked_ms))
