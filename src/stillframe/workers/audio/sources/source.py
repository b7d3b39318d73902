"""What every source of sound gives.

Role: blocks of samples, and what to tell a person about where they come from. Counterpart:
`workers.audio.io` reads them; `sources.setting` makes a source from what a person wrote.

Guarantees of every source: a block is at most `BLOCK_FRAMES` long, float32, one column a channel;
its values are what the source gave, NaN included; `read` returns within its time.
"""

from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
import numpy.typing as npt

SAMPLE_RATE_HZ: Final = 48_000
CHANNELS: Final = 2
# A twentieth of a picture more is not seen, and fewer wake-ups leave the processor to the screen.
BLOCK_FRAMES: Final = 512

Samples = npt.NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Block:
    """A stretch of sound.

    Attributes:
        samples: shape (frames, channels), about -1 to 1.
        end_ns: when its last frame was heard, on the monotonic clock.
    """

    samples: Samples
    end_ns: int


class Source(Protocol):
    """Somewhere that sound comes from. Used from one thread."""

    sample_rate_hz: int
    channels: int

    @property
    def heard_from(self) -> str:
        """What is listened to, in words for people; empty while it is nothing."""

    @property
    def note(self) -> str:
        """What a person should know, in one sentence; empty if all is well."""

    def read(self, timeout_s: float, wake: int = -1) -> Block | None:
        """Return the next block, or None if none came within `timeout_s`.

        A descriptor `wake` that can be read ends the wait sooner.
        """

    def close(self) -> None:
        """Let go of everything."""
