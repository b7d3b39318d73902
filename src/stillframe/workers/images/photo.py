"""A photo whose header was read, and its way to a frame's size.

Role: the pipeline that all photos go through. Counterpart: `workers.images.io` opens the files,
`workers.images.foreign` those that libvips does not read.

Guarantees: pixels are decoded only when the frame is written; what is scaled down is so in linear
passes of one filter, with colours multiplied by alpha; an embedded profile is converted once.
"""

import abc
from collections.abc import Callable
from typing import Any, Final

import pyvips

from stillframe.contracts.images import Colour
from stillframe.contracts.pixels import Size
from stillframe.workers import vips
from stillframe.workers.images.core import Plan

# Half a photo is refused: an early end, which the TIFF loader calls an error.
_LOADER_OPTIONS: Final = "fail_on=error"


class Photo(abc.ABC):
    """One photo."""

    upright: Size
    """In pixels, orientation applied."""

    def reduced(self, plan: Plan, colour: Colour) -> pyvips.Image:
        """Return the lazy pipeline to the frame, in whatever bands and depth the photo has."""
        width = min(plan.scaled.width, self.upright.width)
        height = min(plan.scaled.height, self.upright.height)
        options = {"height": height, "size": "force"}
        image = self._thumbnail(width, options)
        if colour is Colour.SRGB and image.get_typeof("icc-profile-data"):
            # Only with a profile embedded: on an untagged photo the conversion costs eight times.
            image = self._thumbnail(width, {**options, "export_profile": "srgb"})
        if (width, height) != (plan.scaled.width, plan.scaled.height):
            image = _enlarged(image, plan.scaled)
        if plan.frame != plan.scaled:
            image = image.crop(plan.left, plan.top, plan.frame.width, plan.frame.height)
        return image

    @abc.abstractmethod
    def _thumbnail(self, width: int, options: dict[str, Any]) -> pyvips.Image:
        """Return the photo, upright and scaled."""


class NativePhoto(Photo):
    """A photo that libvips reads: it decodes no more of it than the frame needs."""

    def __init__(self, descriptor: int) -> None:
        """Read the header; decodes nothing.

        Raises:
            pyvips.Error: if it cannot be read.
        """
        self._descriptor = descriptor
        self.upright = vips.upright_size(descriptor)

    def _thumbnail(self, width: int, options: dict[str, Any]) -> pyvips.Image:
        # libvips takes no notice of `fail_on` here unless it stands in the loader's own options.
        return pyvips.Image.thumbnail_source(
            vips.source(self._descriptor), width, option_string=_LOADER_OPTIONS, **options
        )


class DecodedPhoto(Photo):
    """A photo that another library decodes, whole, when its pixels are asked for."""

    def __init__(self, size: Size, load: Callable[[], pyvips.Image]) -> None:
        """Keep the upright size and how to get the pixels, with orientation and profile."""
        self.upright = size
        self._load = load
        self._image: pyvips.Image | None = None

    def _thumbnail(self, width: int, options: dict[str, Any]) -> pyvips.Image:
        if self._image is None:
            self._image = self._load()
        return self._image.thumbnail_image(width, **options)


def _enlarged(image: pyvips.Image, size: Size) -> pyvips.Image:
    """Return an image made larger; libvips' own way lays it half a pixel down and to the right."""
    across, down = size.width / image.width, size.height / image.height
    return image.affine(
        [across, 0, 0, down],
        interpolate=pyvips.Interpolate.new("bicubic"),
        odx=(across - 1) / 2,
        ody=(down - 1) / 2,
        oarea=[0, 0, size.width, size.height],
        extend="copy",
    )
