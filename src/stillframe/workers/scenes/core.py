"""The pictures that the package paints itself, for a screen whose owner has no photos yet.

Role: the one door to the scenes: their names, and `paint`. Counterpart: the worker around it asks
for a size and writes the file.

Guarantees: pure; the same name, size and seed give the same picture; a larger picture shows the
same composition with finer detail; the first scene is one of the quickest.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from stillframe.workers.scenes.develop import Look, develop
from stillframe.workers.scenes.frame import Frame, Plane
from stillframe.workers.scenes.paintings import desert, hills, mist, night, peaks, sea, silk


class UnknownSceneError(ValueError):
    """Raised for a name that no scene has."""

    def __init__(self, name: str, known: tuple[str, ...]) -> None:
        super().__init__(f"no scene is named {name!r}; known are {', '.join(known)}")
        self.name = name
        self.known = known

    def __reduce__(self) -> tuple[type["UnknownSceneError"], tuple[str, tuple[str, ...]]]:
        return (UnknownSceneError, (self.name, self.known))


@dataclass(frozen=True)
class Scene:
    """One picture.

    Attributes:
        name: stands in file names and requests.
        title: for people.
        paint: returns the linear light of the scene, shape (3, height, width), for a frame and a
            source of randomness.
        look: how the light is developed.
    """

    name: str
    title: str
    paint: Callable[[Frame, np.random.Generator], Plane]
    look: Look


SCENES: Final[tuple[Scene, ...]] = (
    Scene("dawn", "Mountains before sunrise", mist.paint_dawn, mist.LOOKS["dawn"]),
    Scene("aurora", "Northern lights over a lake", night.paint_aurora, night.LOOKS["aurora"]),
    Scene("hills", "Hills in the morning fog", hills.paint_hills, hills.LOOKS["hills"]),
    Scene("glitter", "The sun's road on the sea", sea.paint_glitter, sea.LOOKS["glitter"]),
    Scene("alpenglow", "Last light on the peaks", peaks.paint_alpenglow, peaks.LOOKS["alpenglow"]),
    Scene("silk", "Folds of silk", silk.paint_silk, silk.LOOKS["silk"]),
    Scene("dunes", "Dunes in the evening", desert.paint_dunes, desert.LOOKS["dunes"]),
    Scene("galaxy", "The Milky Way above the woods", night.paint_galaxy, night.LOOKS["galaxy"]),
    Scene("shafts", "A forest in the fog", mist.paint_shafts, mist.LOOKS["shafts"]),
    Scene("moonrise", "The moon over the sea", sea.paint_moonrise, sea.LOOKS["moonrise"]),
)


def paint(name: str, width_px: int, height_px: int, seed: int) -> NDArray[np.uint8]:
    """Paint a scene.

    Args:
        name: one of the names in `SCENES`.
        width_px: columns, 1 or more.
        height_px: rows, 1 or more.
        seed: 0 or more; another seed gives other mountains, other clouds, other waves.

    Returns:
        sRGB, shape (height, width, 3).

    Raises:
        UnknownSceneError: for any other name.
        ValueError: for a size or a seed out of range.
    """
    scene = next((one for one in SCENES if one.name == name), None)
    if scene is None:
        raise UnknownSceneError(name, tuple(one.name for one in SCENES))
    if width_px < 1 or height_px < 1 or seed < 0:
        raise ValueError(
            f"cannot paint {name} at {width_px} x {height_px} pixels with seed {seed}: "
            "sides are 1 or more, a seed is 0 or more"
        )
    frame = Frame(width_px, height_px)
    # The name is part of the seed, so that two scenes never share their shapes.
    light_rng, film_rng = np.random.default_rng([seed, *name.encode()]).spawn(2)
    return develop(scene.paint(frame, light_rng), frame, scene.look, film_rng)
