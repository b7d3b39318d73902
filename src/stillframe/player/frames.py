"""From a leased slot to Qt's image, without a copy.

Role: the promotion step that Qt sees. Counterpart: `player.stage` registers a frame before its
QML image asks for it.

Guarantees: the image lies over the slot's memory; Qt uploads this format as it is.
"""

import collections
from typing import Final

from PySide6.QtCore import QSize
from PySide6.QtGui import QImage
from PySide6.QtQuick import QQuickImageProvider

from stillframe.cache.frames import CachedFrame
from stillframe.transport.arena import Lease

PROVIDER: Final = "frames"
# On screen and coming on; the ones before are only asked for again when a device was lost.
_KEPT: Final = 4


def source_of(frame: CachedFrame) -> str:
    """Return the address under which QML asks for a frame; each grant has its own."""
    grant = frame.lease.grant
    return f"image://{PROVIDER}/{grant.index}.{grant.generation}"


class FrameProvider(QQuickImageProvider):
    """Hands out images over leased slots, on Qt's image thread."""

    def __init__(self) -> None:
        flags = QQuickImageProvider.Flag.ForceAsynchronousImageLoading
        super().__init__(QQuickImageProvider.ImageType.Image, flags)
        self._leases: collections.OrderedDict[str, Lease] = collections.OrderedDict()
        self._tables: collections.OrderedDict[str, Lease] = collections.OrderedDict()

    def register(self, frame: CachedFrame) -> str:
        """Make a frame available and return its address."""
        source = source_of(frame)
        self._leases[source.rpartition("/")[2]] = frame.lease
        while len(self._leases) > _KEPT:
            self._leases.popitem(last=False)
        return source

    def register_table(self, lease: Lease) -> str:
        """Make a transition's table available and return its address."""
        name = f"table{lease.grant.index}.{lease.grant.generation}"
        self._tables[name] = lease
        while len(self._tables) > _KEPT:
            self._tables.popitem(last=False)
        return f"image://{PROVIDER}/{name}"

    def requestImage(self, name: str, size: QSize, requested_size: QSize) -> QImage:  # noqa: N802
        """Return the image over the slot's memory; a null image if it is not ours any more."""
        del requested_size
        lease = self._leases.get(name) or self._tables.get(name)
        if lease is None:
            return QImage()
        header = lease.header
        size.setWidth(header.width)
        size.setHeight(header.height)
        return QImage(
            lease.pixels,
            header.width,
            header.height,
            header.stride,
            QImage.Format.Format_RGBA8888_Premultiplied,
        )
