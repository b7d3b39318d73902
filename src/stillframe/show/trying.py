"""A person's transition is drawn once, where nobody sees it, before it may come on screen.

Role: what is sent, what of its answer is fine, and where that is kept. Counterpart: `player.trial`
draws, `supervision.errand` kills it where it does not end; `show.shading` asks, file by file.

Guarantees: a file that was not seen to end in time is refused, with what a frame took and the line
of its longest loop; where nothing can be drawn at all, nothing is said against the file. What is
kept beside a baked file is checked before it is believed.
"""

import contextlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from stillframe.contracts.caps import TEXT_CAP_CHARS
from stillframe.contracts.trials import BEGUN, HEIGHT_PX, WIDTH_PX, decoded
from stillframe.supervision.events import Errand, ErrandEnded
from stillframe.transitions.dropped import Dropped
from stillframe.transitions.glsl.loops import line_of_longest_loop

MODULE: Final = "stillframe.player.trial"
# To draw the first crossfade takes a second; on a machine that starts up, with a show to begin,
# many of them.
_START_S: Final = 30.0
# To compile it, and to draw ten frames.
_WORK_S: Final = 5.0
# What has nine times as many pixels, a common screen, would come to one frame a second.
FRAME_CAP_S: Final = 0.1
# Where that little takes this long for a crossfade, the machine is slow or busy, not the shader.
_CROSSFADES_CAP: Final = 20.0
# Beside a show; the machine has something better to do.
NICENESS: Final = 10
_KEPT_CAP_BYTES: Final = 4096
_FINE: Final = "fine"
_SUFFIX: Final = ".tried"


@dataclass(frozen=True)
class Verdict:
    """What came of a trial.

    Attributes:
        problem: why the file is refused; empty if it is fine.
        untried: why nothing could be tried; empty if it was.
    """

    problem: str = ""
    untried: str = ""


@dataclass(frozen=True)
class Trial:
    """How files are tried.

    Attributes:
        keep: has a file's verdict kept.
        untried: told which file could not be tried, and why.
        niceness: of the trial.
    """

    keep: Callable[[Dropped, Verdict], object]
    untried: Callable[[Dropped, str], object]
    niceness: int = NICENESS

    def errand(self, file: Dropped) -> Errand:
        """Return what has a baked file tried."""
        key, shader = file.key.encode(), file.transition.shader
        return Errand(key, MODULE, (shader,), _START_S, _WORK_S, self.niceness)


def judge(ended: ErrandEnded, text: str) -> Verdict:
    """Return what a trial's end means for a file of this text."""
    if not ended.begun or not ended.said.startswith(f"{BEGUN}\n"):
        return Verdict(untried=ended.complaint or f"it did not begin: {ended.how}")
    # The last whole line; one that was being written when it was killed is none.
    _, *lines, _ = ended.said.split("\n")
    measured = decoded(lines[-1]) if lines else None
    if measured is not None and measured.failed:
        return Verdict(problem=f"the screen's driver cannot take it: {measured.failed}"[:500])
    slowness = _CROSSFADES_CAP * measured.crossfade_s if measured is not None else 0.0
    allowed_s = max(FRAME_CAP_S, slowness)
    if measured is not None and measured.frame_s > allowed_s:
        return _refusal(f"takes {measured.frame_s:.2g} s", allowed_s, text)
    if ended.late:
        return _refusal(f"is not drawn within {_WORK_S:g} s", allowed_s, text)
    if measured is None or ended.how != "exit 0":
        return Verdict(problem=f"the screen's driver died of it: {ended.how}")
    return Verdict()


def kept(path: str) -> Verdict | None:
    """Return what was found of a baked file before; None if it was not tried."""
    try:
        with open(path + _SUFFIX, "rb") as file:
            said = file.read(_KEPT_CAP_BYTES).decode("utf-8")
    except (OSError, UnicodeDecodeError):
        return None
    if said == _FINE:
        return Verdict()
    return Verdict(problem=said[:TEXT_CAP_CHARS]) if said else None


def keep(file: Dropped, verdict: Verdict) -> None:
    """Have later shows know it; a disk that cannot take it has the file tried again."""
    path = file.transition.shader
    with contextlib.suppress(OSError):
        beside = f"{path}.{os.getpid()}{_SUFFIX}"
        with open(beside, "w", encoding="utf-8") as out:
            out.write(verdict.problem or _FINE)
        os.replace(beside, path + _SUFFIX)


def _refusal(what: str, allowed_s: float, text: str) -> Verdict:
    line = line_of_longest_loop(text)
    where = f"line {line}: " if line else ""
    said = f"a frame of {WIDTH_PX} x {HEIGHT_PX} {what}; at most {allowed_s:.2g} s is allowed"
    return Verdict(problem=f"{where}{said}{'; this loop is its longest' if line else ''}")
