"""What is heard, as the bytes of a small texture.

Role: pure: a hearing's bars, ghosts and wave become 16-bit numbers, two a texel. Counterpart:
`shaders/sound/sound.glsl` reads them; `player.visualizer` hands them to Qt.

Guarantees: the same size for every hearing; one texel has all that a pixel asks for at one place -
left and right, or a point of the wave and the next one - so that the shaders read as little as
possible. Bytes, because every graphics processor has textures of bytes.
"""

import sys
from array import array
from typing import Final

from stillframe.contracts.hearing import BARS_CAP, Floats, Hearing

COLUMNS: Final = BARS_CAP
ROWS: Final = 4
"""Bars, ghosts, wave, and one to spare: a power of two is what every texture may be."""
TEXEL_BYTES: Final = 4
_NUMBERS_A_TEXEL: Final = 2
_NUMBERS_A_ROW: Final = COLUMNS * _NUMBERS_A_TEXEL
_MOST: Final = 65535
_HALF: Final = _MOST / 2
SILENCE: Final = bytes(COLUMNS * ROWS * TEXEL_BYTES)


def texture_of(heard: Hearing) -> bytes:
    """Return `COLUMNS` x `ROWS` texels of four bytes: rows of bars, of ghosts, of the wave."""
    numbers = array("H", SILENCE)
    _put(numbers, 0, heard.bars, heard.channels)
    _put(numbers, _NUMBERS_A_ROW, heard.ghosts, heard.channels)
    wave = array("H", [int((value + 1) * _HALF + 0.5) for value in heard.wave])
    row, points = 2 * _NUMBERS_A_ROW, len(wave)
    numbers[row : row + 2 * points : 2] = wave
    numbers[row + 1 : row + 2 * points : 2] = wave[1:] + wave[-1:]
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers.tobytes()


def _put(numbers: "array[int]", row: int, values: Floats, channels: int) -> None:
    """Put one channel beside the other; what is heard on one is shown on both sides."""
    shares = array("H", [int(value * _MOST + 0.5) for value in values])
    count = len(shares) // channels
    for side in range(_NUMBERS_A_TEXEL):
        first = min(side, channels - 1) * count
        numbers[row + side : row + side + 2 * count : 2] = shares[first : first + count]
