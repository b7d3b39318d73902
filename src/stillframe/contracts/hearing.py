"""What is heard at one moment: the payload that the audio worker publishes.

Role: bars, ghosts, the wave and the beat, a few kilobytes sixty times a second or more. They are
no message: `transport.latest` moves them through shared memory, and only the newest counts.
Counterpart: the audio worker packs, the interface unpacks.

Guarantees: `unpack` trusts nothing: what it returns has as many values as it says, each of them
finite and within its range. Floats are 32 bits wide and arrive as they were, to the bit.
"""

import enum
import math
import struct
from typing import Final, TypeAlias

import msgspec

from stillframe.contracts.errors import ContractError

BARS_CAP: Final = 128
CHANNELS_CAP: Final = 2
WAVE_POINTS: Final = 128
NOTE_CAP_BYTES: Final = 256
"""Of a sentence for people."""
_MAGIC: Final = 0x53464852  # "SFHR"
_LAYOUT_VERSION: Final = 1
# magic, layout, channels, bars a channel, condition, generation, ts, level, onset, tempo,
# confidence, beats, beat in bar, last, next, period, bytes of the note: little-endian, naturally
# aligned, no padding. Bars, ghosts and wave follow, then the note.
_LAYOUT: Final = struct.Struct("<IHHHHIQffffIiQQQQ")
_FLOAT: Final = "f"
BEAT_OFFSET_BYTES: Final = struct.calcsize("<IHHHHIQff")
BARS_OFFSET_BYTES: Final = _LAYOUT.size
HEARING_CAP_BYTES: Final = (
    _LAYOUT.size + 4 * (2 * CHANNELS_CAP * BARS_CAP + WAVE_POINTS) + NOTE_CAP_BYTES
)
_LARGEST_TEMPO_BPM: Final = 1000.0

Floats: TypeAlias = "memoryview[float]"
"""Over bytes, of format `f`."""


class HearingError(ContractError):
    """A publication is not one: its cause, and the number that gave it away."""

    def __init__(self, cause: str, actual: float, limit: float) -> None:
        super().__init__(cause, actual, limit)
        self.cause, self.actual, self.limit = cause, actual, limit

    def __str__(self) -> str:
        return f"what was heard is refused: {self.cause} (got {self.actual}, allowed {self.limit})"


class Condition(enum.IntEnum):
    """What there is to hear."""

    SILENT = 0
    SOUNDING = 1
    DEAF = 2
    """There is nothing to listen to; it is tried again and again, quietly."""


class Beat(msgspec.Struct, frozen=True, kw_only=True):
    """The beat, as far as it is known; times are monotonic nanoseconds."""

    count: int = 0
    """How many there were: it rises with each."""
    last_ns: int = 0
    next_ns: int = 0
    """When the next one is expected, 0 if none is."""
    period_ns: int = 0
    tempo_bpm: float = 0.0
    """0 if there is none."""
    confidence: float = 0.0
    """0 to 1."""
    in_bar: int = -1
    """Which of its bar the last one was, from 0; -1 if bars are not told apart."""


class Hearing(msgspec.Struct, frozen=True, kw_only=True):
    """What is heard at one moment.

    Attributes:
        generation: of the request that is in force.
        ts_ns: when the last sample in it was taken, monotonic.
        channels: 1, or 2 for left and right.
        condition: whether there is sound; without, the bars are on their way down.
        level: how loud it is, 0 to 1.
        onset: how much something begins just now, 0 to 1.
        bars: 0 to 1, one channel after the other, low sounds first.
        ghosts: as many, where the bars have been.
        wave: the last moments of the sound itself, -1 to 1, for drawing.
        note: what a person should know of the source; empty if all is well.
    """

    generation: int = 0
    ts_ns: int
    channels: int
    condition: Condition
    level: float = 0.0
    onset: float = 0.0
    beat: Beat = Beat()
    bars: Floats
    ghosts: Floats
    wave: Floats
    note: str = ""

    @property
    def sounding(self) -> bool:
        """Whether there is sound at all."""
        return self.condition is Condition.SOUNDING

    @property
    def bar_count(self) -> int:
        """How many bars a channel has."""
        return len(self.bars) // self.channels


def pack(hearing: Hearing) -> bytes:
    """Return the payload of one publication."""
    beat, note = hearing.beat, _shortened(hearing.note)
    return b"".join(
        (
            _LAYOUT.pack(
                _MAGIC,
                _LAYOUT_VERSION,
                hearing.channels,
                hearing.bar_count,
                hearing.condition,
                hearing.generation & 0xFFFFFFFF,
                hearing.ts_ns,
                hearing.level,
                hearing.onset,
                beat.tempo_bpm,
                beat.confidence,
                beat.count & 0xFFFFFFFF,
                beat.in_bar,
                beat.last_ns,
                beat.next_ns,
                beat.period_ns,
                len(note),
            ),
            hearing.bars,
            hearing.ghosts,
            hearing.wave,
            note,
        )
    )


def unpack(payload: bytes) -> Hearing:
    """Return what one publication says.

    Raises:
        HearingError: for anything that `pack` would not have made of a sound.
    """
    if len(payload) < _LAYOUT.size:
        raise HearingError("shorter than its header", len(payload), _LAYOUT.size)
    magic, layout, channels, bars, condition, generation, ts_ns, *rest = _LAYOUT.unpack_from(
        payload
    )
    level, onset, *of_beat, note_bytes = rest
    if magic != _MAGIC or layout != _LAYOUT_VERSION:
        raise HearingError("wrong magic or layout", magic, _MAGIC)
    if not 1 <= channels <= CHANNELS_CAP:
        raise HearingError("channels", channels, CHANNELS_CAP)
    if not 1 <= bars <= BARS_CAP:
        raise HearingError("bars a channel", bars, BARS_CAP)
    if condition not in Condition.__members__.values():
        raise HearingError("condition", condition, max(Condition))
    if note_bytes > NOTE_CAP_BYTES:
        raise HearingError("bytes of the note", note_bytes, NOTE_CAP_BYTES)
    values = channels * bars
    floats_end = _LAYOUT.size + 4 * (2 * values + WAVE_POINTS)
    size_bytes = floats_end + note_bytes
    if len(payload) != size_bytes:
        raise HearingError("length", len(payload), size_bytes)
    _check_number("level", level)
    _check_number("onset", onset)
    floats: Floats = memoryview(payload)[_LAYOUT.size : floats_end].cast(_FLOAT)
    both, wave = floats[: 2 * values], floats[2 * values :]
    _check(both, "a bar or ghost", 0.0)
    _check(wave, "the wave", -1.0)
    return Hearing(
        generation=generation,
        ts_ns=ts_ns,
        channels=channels,
        condition=Condition(condition),
        level=level,
        onset=onset,
        beat=_beat(*of_beat),
        bars=both[:values],
        ghosts=both[values:],
        wave=wave,
        note=_note(payload[floats_end:]),
    )


def _shortened(note: str) -> bytes:
    """Return a note's bytes, cut where a character ends."""
    return note.encode()[:NOTE_CAP_BYTES].decode(errors="ignore").encode()


def _note(raw: bytes) -> str:
    try:
        note = raw.decode()
    except UnicodeDecodeError as error:
        raise HearingError("the note is no text", error.start, len(raw)) from error
    if not note.isprintable():
        raise HearingError("the note cannot be printed", len(note), NOTE_CAP_BYTES)
    return note


def _beat(  # noqa: PLR0913, PLR0917 - the layout's own fields, in order
    tempo_bpm: float,
    confidence: float,
    count: int,
    in_bar: int,
    last_ns: int,
    next_ns: int,
    period_ns: int,
) -> Beat:
    _check_number("tempo", tempo_bpm, _LARGEST_TEMPO_BPM)
    _check_number("confidence", confidence)
    return Beat(
        count=count,
        last_ns=last_ns,
        next_ns=next_ns,
        period_ns=period_ns,
        tempo_bpm=tempo_bpm,
        confidence=confidence,
        in_bar=max(-1, in_bar),
    )


def _check_number(subject: str, number: float, most: float = 1.0) -> None:
    if not 0 <= number <= most:  # NaN is not
        raise HearingError(subject, number, most)


def _check(values: Floats, subject: str, least: float) -> None:
    """Refuse values below `least`, above 1, or not finite: a sum with NaN or inf in it is neither.

    Three passes in C: this runs for every frame.
    """
    total = sum(values)
    if not math.isfinite(total):
        raise HearingError(f"{subject} is not finite", total, 1.0)
    if min(values) < least or max(values) > 1:
        raise HearingError(f"{subject} is out of range", max(values), 1.0)
