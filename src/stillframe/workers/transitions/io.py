"""The transition worker's edges: a request in, a table in a slot out.

Role: bakes what a transition's shader reads. Counterpart: `contracts.transitions` describes both;
`show.stagecraft` asks ahead of time.

Guarantees: a table is at most 1 MiB; nothing is kept between two requests.
"""

import os
import time
from typing import ClassVar, Self

# numpy loads it when it is first used, which is after the sandbox has closed.
import numpy.random  # noqa: F401

from stillframe.contracts.control import Start
from stillframe.contracts.errors import FaultError, FaultKind
from stillframe.contracts.messages import echo
from stillframe.contracts.pixels import PixelFormat, check_side
from stillframe.contracts.slot_header import SlotHeader
from stillframe.contracts.transitions import BakedTable, TransitionRequest, TransitionResult
from stillframe.contracts.wire import PROTOCOLS, Protocol
from stillframe.transport.arena import SlotWriter
from stillframe.workers.handler import Handler
from stillframe.workers.transitions.core import baked


class TransitionsHandler(Handler[TransitionRequest, TransitionResult]):
    """Bakes tables into slots."""

    name: ClassVar[str] = "transitions"
    protocol: ClassVar[Protocol] = PROTOCOLS["transitions"]

    def __init__(self, writer: SlotWriter) -> None:
        self._writer = writer

    @classmethod
    def start(cls, start: Start) -> Self:
        """Map the tables' memory.

        Raises:
            ValueError: if none was granted.
        """
        if start.arena is None:
            raise ValueError("the transition worker needs an arena")
        grant = start.arena
        return cls(SlotWriter.open(grant.descriptor, grant.slot_count, grant.slot_bytes))

    def handle(self, request: TransitionRequest) -> TransitionResult:
        """Bake one table.

        Raises:
            FaultError: `bad-request` for a word, a value or a size that is not allowed.
        """
        if request.slot is None:
            raise FaultError(FaultKind.BAD_REQUEST, "no slot was granted")
        try:
            check_side("width", request.size.width)
            check_side("height", request.size.height)
        except ValueError as error:
            raise FaultError(FaultKind.BAD_REQUEST, str(error)) from error
        direction, table = baked(request)
        content = table.texels.tobytes()
        with self._writer.pixels(request.slot.index, len(content)) as place:
            place[:] = content
        now_ns = time.monotonic_ns()
        header = SlotHeader(
            size_bytes=len(content),
            width=table.columns,
            height=table.rows,
            stride=table.columns * 4,
            format=PixelFormat.RGBA8_PREMULTIPLIED,
            producer_pid=os.getpid(),
            generation=request.slot.generation,
            seq=request.seq,
            ts_ns=now_ns,
        )
        self._writer.seal(request.slot.index, header)
        return TransitionResult(
            **echo(request, now_ns),
            generation=request.slot.generation,
            payload_size_bytes=len(content),
            transition_type=request.transition_type,
            direction=direction or "none",
            slot=request.slot,
            tables=(
                BakedTable(name="table", offset_bytes=0, columns=table.columns, rows=table.rows),
            ),
        )

    def close(self) -> None:
        """Unmap."""
        self._writer.close()
