"""What is heard, as characters in a terminal; pure.

Role: the picture of `stillframe audio meter`. Counterpart: `cli.audio` asks a worker for what is
heard and prints this.
"""

from collections.abc import Iterator
from typing import Final

from stillframe.contracts.hearing import Hearing

ROWS: Final = 8
_EIGHTHS: Final = " ▁▂▃▄▅▆▇█"


def picture(heard: Hearing, columns: int) -> str:
    """Return bars and what is known beside them, no line longer than `columns`."""
    words = "   ".join(_words(heard))
    return "\n".join((*_bars(heard, columns), words[:columns]))


def _bars(heard: Hearing, columns: int) -> Iterator[str]:
    """Yield the rows of the bars, the loudest first; left and right as one."""
    count = heard.bar_count
    loudest = [max(heard.bars[bar::count]) for bar in range(count)]
    shown = min(columns, count)
    # Where there are fewer columns than bars, a column is as tall as the tallest of its bars.
    heights = [
        max(loudest[at * count // shown : max((at + 1) * count // shown, at * count // shown + 1)])
        for at in range(shown)
    ]
    width = max(1, columns // shown)
    gap = 1 if width > 1 else 0
    eighths = len(_EIGHTHS) - 1
    for row in reversed(range(ROWS)):
        levels = (round((height * ROWS - row) * eighths) for height in heights)
        cells = (_EIGHTHS[min(eighths, max(0, level))] for level in levels)
        yield "".join(cell * (width - gap) + " " * gap for cell in cells).rstrip()


def _words(heard: Hearing) -> Iterator[str]:
    yield f"loudness {heard.level:4.0%}" if heard.sounding else "silence"
    if heard.beat.tempo_bpm:
        yield f"{heard.beat.tempo_bpm:.0f} bpm"
    if heard.note:
        yield heard.note
