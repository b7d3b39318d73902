"""The scene painter's request and result.

Role: a picture that the package paints itself, for a screen whose owner has no photos yet.
Counterpart: `workers.scenes`.
"""

from typing import Annotated

import msgspec

from stillframe.contracts.images import Path
from stillframe.contracts.library import FoundPhoto
from stillframe.contracts.messages import Count, Request, Response
from stillframe.contracts.pixels import Size


class SceneRequest(Request, frozen=True, kw_only=True, tag="scenes.request"):
    """Paint scene number `index` into `folder`, or find it there."""

    folder: Path
    index: Annotated[int, msgspec.Meta(ge=0, le=255)]
    size: Size


class SceneResult(Response, frozen=True, kw_only=True, tag="scenes.result"):
    """The painted file, and how many scenes there are in all."""

    photo: FoundPhoto
    index: Count
    scene_count: Count
