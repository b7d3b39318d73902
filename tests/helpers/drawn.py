"""Draws a set of `moments` in a window of its own, and reads what was drawn."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from baking import request
from moment import Moment
from moments import SEED, Case
from shows import environment
from stillframe.contracts.pixels import Size
from stillframe.transitions.model import heading
from stillframe.workers.transitions.core import baked
from virtual_screen import VirtualScreen

PROGRAM = Path(__file__).with_name("moments.py")

Picture = npt.NDArray[np.int16]
Moments = tuple[Picture, list[Picture]]


def draw(out: Path, size: str, named: str) -> Path:
    """Draw all cases of a set once, in one window."""
    with VirtualScreen(1000, 700) as screen:
        done = subprocess.run(
            [sys.executable, str(PROGRAM), str(out), size, named],
            env=screen.environ(environment(out, PYTHONPATH=str(PROGRAM.parent))),
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    assert "ShaderEffect" not in done.stderr
    return out


def moments(folder: Path, label: str) -> Moments:
    """Return a case's pictures and the two photos."""
    photos = [np.asarray(Image.open(folder / f"{n}.png")).astype(np.int16) for n in (0, 1)]
    with np.load(folder / f"{label}.npz") as file:
        return file["shown"].astype(np.int16), photos


def differing(one: Picture, other: Picture | float, by: float = 8) -> float:
    """Return at what share of the places two pictures differ by more than a little."""
    return float((np.abs(one - other).max(axis=2) > by).mean())


def moment_of(case: Case, photos: list[Picture], progress: float) -> Moment:
    """Return a moment as the screen was given it."""
    old, new = photos
    size = Size(old.shape[1], old.shape[0])
    table = None
    if case.transition.table is not None:
        wanted = {"direction": case.direction or "none", **case.values}
        wish = request(case.transition.id, case.table_size or size, SEED, **wanted)
        table = baked(wish)[1].texels
    directions = case.transition.directions
    return Moment(
        old=old / 255,
        new=new / 255,
        t=progress,
        direction=heading(case.direction),
        direction_index=directions.index(case.direction) if case.direction else 0,
        seed=float(SEED),
        table=table,
        values=case.values,
    )
