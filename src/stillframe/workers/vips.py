"""libvips, with nothing allowed but what photos need.

Role: sets it up, and reads headers with it. Counterpart: `workers.images` decodes with it; the
library asks it for the size of what Pillow does not read.

Guarantees: of its loaders, some forty of very different care, only five ever run; no photo is kept
in its cache.
"""

import os
from typing import Final

import pyvips

from stillframe.contracts.pixels import Size

_LOADERS: Final = (
    "VipsForeignLoadJpeg",
    "VipsForeignLoadPng",
    "VipsForeignLoadWebp",
    "VipsForeignLoadNsgif",
    "VipsForeignLoadTiff",
)
_FIRST_SWAPPING_ORIENTATION: Final = 5  # EXIF 5 to 8 lie on their side


def set_up() -> None:
    """Block every loader but those that are needed, and keep nothing."""
    pyvips.operation_block_set("VipsForeignLoad", True)
    for loader in _LOADERS:
        pyvips.operation_block_set(loader, False)
    pyvips.cache_set_max(0)  # every photo is decoded once: a cache would only hold memory


def source(descriptor: int) -> pyvips.Source:
    """Return a file from its beginning."""
    os.lseek(descriptor, 0, os.SEEK_SET)
    return pyvips.Source.new_from_descriptor(descriptor)


def upright_size(descriptor: int) -> Size:
    """Read a header; return the size in pixels, orientation applied.

    Raises:
        pyvips.Error: if it cannot be read.
    """
    image = pyvips.Image.new_from_source(source(descriptor), "", access="sequential")
    orientation = image.get("orientation") if image.get_typeof("orientation") else 1
    return upright(image.width, image.height, orientation)


def upright(width: int, height: int, orientation: int) -> Size:
    """Return a size as it is when the photo stands upright."""
    lies = orientation >= _FIRST_SWAPPING_ORIENTATION
    return Size(height, width) if lies else Size(width, height)
