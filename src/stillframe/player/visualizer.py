"""The visualizer: what is heard, over the photo.

Role: asks for the latest hearing once a frame, hands its numbers to the scene as a texture, and
keeps the picture's style. Counterpart: `show.visual` decides what is seen, `qml/Visualizer.qml` and
its shader draw it.

Guarantees: nothing waits. Where nothing is to be seen there is a look at the sound now and then,
and no frame; off, there is nothing at all. No number is touched in Python: a hearing's floats are
the texture's bytes.
"""

import time
from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QObject, QSize
from PySide6.QtGui import QColor, QImage
from PySide6.QtQuick import QQuickImageProvider, QQuickItem

from stillframe.contracts.hearing import Hearing
from stillframe.player.scheduler import Scheduler
from stillframe.settings import VisualizerSettings
from stillframe.show.visual import Visual, next_visual

SOUNDS: Final = "sounds"
STYLES: Final = ("off", "spectrum", "mirror", "radial", "wave", "pulse")
_ALARM: Final = "visualizer"
_COLUMNS: Final = 256
_ROWS: Final = 4
_FLOAT_BYTES: Final = 4
_NS_PER_S: Final = 1_000_000_000
# How soon sound that begins is noticed while nothing is drawn.
_LOOK_NS: Final = 50_000_000


class SoundProvider(QQuickImageProvider):
    """Hands out the last texture, at once: it is a few kilobytes."""

    def __init__(self) -> None:
        super().__init__(QQuickImageProvider.ImageType.Image)
        self._bytes = bytes(_COLUMNS * _ROWS * _FLOAT_BYTES)

    def show(self, heard: Hearing) -> None:
        """Make a hearing's numbers the texture: bars, ghosts and wave, a row each."""
        rows = (bytes(heard.bars), bytes(heard.ghosts), bytes(heard.wave), b"")
        self._bytes = b"".join(row.ljust(_COLUMNS * _FLOAT_BYTES, b"\0") for row in rows)

    def requestImage(self, name: str, size: QSize, requested_size: QSize) -> QImage:  # noqa: N802
        """Return the texture; its format is what Qt uploads as it is."""
        del name, requested_size
        size.setWidth(_COLUMNS)
        size.setHeight(_ROWS)
        stride, image_format = _COLUMNS * _FLOAT_BYTES, QImage.Format.Format_RGBA8888_Premultiplied
        return QImage(self._bytes, _COLUMNS, _ROWS, stride, image_format)


class Visualizer(QObject):
    """A picture of the sound."""

    def __init__(
        self,
        item: QQuickItem,
        sounds: SoundProvider,
        settings: VisualizerSettings,
        *,
        scheduler: Scheduler,
        frames_per_s: float,
        drawn: Callable[[float], None],
    ) -> None:
        """Take over the scene's visualizer; nothing is shown before `choose`.

        `drawn` is told with each picture how near the last beat is.
        """
        super().__init__(item)
        self._drawn = drawn
        self._item, self._sounds, self._scheduler = item, sounds, scheduler
        self._frame_ns = round(_NS_PER_S / max(1.0, frames_per_s))
        self._poll: Callable[[], Hearing | None] = lambda: None
        self._visual = Visual()
        self._heard: Hearing | None = None
        self._number = 0
        self._counts = (0, 0)
        self.style = STYLES[0]
        item.setProperty("place", settings.place)
        item.setProperty("share", settings.size / 100)
        item.setProperty("opacity", settings.opacity / 100)

    def choose(self, style: str, poll: Callable[[], Hearing | None]) -> None:
        """Show the sound that `poll` gives in another style, or `off`."""
        self.style, self._poll = style, poll
        self._item.setProperty("picture", STYLES.index(style))
        self._visual = Visual(time.monotonic_ns(), self._visual.strength if style != "off" else 0)
        if style != "off":
            self._scheduler.at(_ALARM, time.monotonic_ns(), self._on_frame)

    def colour(self, low: int, high: int, line: int) -> None:
        """Paint the deepest bar, the highest, and ghosts and lines in these, as 0xRRGGBB."""
        for name, colour in (("lowColour", low), ("highColour", high), ("lineColour", line)):
            self._item.setProperty(name, QColor(colour))

    def _on_frame(self) -> None:
        if self.style == "off":
            return
        now_ns, heard = time.monotonic_ns(), self._poll()
        shown, self._visual = self._visual.seen, next_visual(self._visual, heard, now_ns)
        if shown or self._visual.seen:
            self._draw(heard)
        pause_ns = self._frame_ns if self._visual.seen else _LOOK_NS
        self._scheduler.at(_ALARM, now_ns + pause_ns, self._on_frame)

    def _draw(self, heard: Hearing | None) -> None:
        source, visual = "", self._visual
        if heard is not None and heard is not self._heard:
            self._heard = heard
            self._sounds.show(heard)
            self._number += 1
            source = f"image://{SOUNDS}/{self._number}"
            if self._counts != (heard.channels, heard.bar_count):
                self._counts = (heard.channels, heard.bar_count)
                self._item.count(*map(float, self._counts))  # type: ignore[attr-defined]
        self._item.hear(  # type: ignore[attr-defined]
            source, visual.strength, visual.sink, visual.level, visual.beat
        )
        self._drawn(visual.beat * visual.strength)
