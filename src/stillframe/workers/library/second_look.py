"""The size of photos that Pillow does not read, from the decoders that show them.

Role: a second look, so that what is called broken cannot be shown. Counterpart: `workers.images`
shows by the same decoders; `workers.library.header` asks only where Pillow gives up.

Guarantees: no pixel is decoded. A decoder is loaded when the first photo needs it: most libraries
never do.
"""

import os
from typing import Final

from stillframe.contracts.pixels import Size
from stillframe.workers.formats import Format

# LibRaw's numbers for a quarter turn to the left and to the right.
_LYING: Final = (5, 6)


def size_of(descriptor: int, kind: Format) -> Size | None:
    """Return a photo's size in pixels, orientation applied; None if the show cannot show it."""
    if kind is Format.RAW:
        return _raw_size(descriptor)
    return None if kind.is_foreign else _native_size(descriptor)


def _native_size(descriptor: int) -> Size | None:
    import pyvips  # noqa: PLC0415 - as it says above

    from stillframe.workers import vips  # noqa: PLC0415 - the same

    vips.set_up()
    try:
        return vips.upright_size(descriptor)
    except (pyvips.Error, UnicodeDecodeError):  # pyvips takes every message for UTF-8
        return None


def _raw_size(descriptor: int) -> Size | None:
    try:
        import rawpy  # noqa: PLC0415 - as it says above
    except ImportError:
        return None
    with open(os.dup(descriptor), "rb") as file:
        file.seek(0)
        try:
            with rawpy.imread(file) as raw:
                sizes = raw.sizes
        except rawpy.LibRawError:
            return None
    lies = sizes.flip in _LYING
    return Size(sizes.iheight, sizes.iwidth) if lies else Size(sizes.iwidth, sizes.iheight)
