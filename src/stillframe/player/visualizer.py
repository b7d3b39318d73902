"""The visualizer: what is heard, over the photo.

Role: asks for the latest hearing once a frame, hands its numbers to the scene as a texture, and
keeps the picture's style. Counterpart: `show.visual` decides what is seen, `player.sound_texture`
packs it, `qml/Visualizer.qml` and a shader for each style draw it.

Guarantees: nothing waits. Where nothing is to be seen there is a look at the sound now and then,
and no frame; off, there is nothing at all.
"""

import time
from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QObject, QSize
from PySide6.QtGui import QColor, QImage
from PySide6.QtQuick import QQuickImageProvider, QQuickItem

from stillframe.contracts.hearing import Hearing
from stillframe.player.frame_clock import FrameClock
from stillframe.player.scheduler import Scheduler
from stillframe.player.sound_texture import COLUMNS, ROWS, SILENCE, TEXEL_BYTES, texture_of
from stillframe.settings import VisualizerSettings
from stillframe.show.visual import Visual, next_visual

SOUNDS: Final = "sounds"
OFF: Final = "off"
STYLES: Final = (OFF, "spectrum", "mirror", "radial", "wave", "pulse")
_ALARM: Final = "visualizer"
# How soon sound that begins is noticed while nothing is drawn.
_LOOK_NS: Final = 50_000_000


class SoundProvider(QQuickImageProvider):
    """Hands out the last texture, at once: it is two kilobytes."""

    def __init__(self) -> None:
        super().__init__(QQuickImageProvider.ImageType.Image)
        self._bytes = SILENCE

    def show(self, heard: Hearing) -> None:
        """Make a hearing's numbers the texture."""
        self._bytes = texture_of(heard)

    def requestImage(self, name: str, size: QSize, requested_size: QSize) -> QImage:  # noqa: N802
        """Return the texture; its format is what Qt uploads as it is."""
        del name, requested_size
        size.setWidth(COLUMNS)
        size.setHeight(ROWS)
        image_format = QImage.Format.Format_RGBA8888_Premultiplied
        return QImage(self._bytes, COLUMNS, ROWS, COLUMNS * TEXEL_BYTES, image_format)


class Visualizer(QObject):
    """A picture of the sound."""

    def __init__(
        self,
        item: QQuickItem,
        sounds: SoundProvider,
        settings: VisualizerSettings,
        *,
        scheduler: Scheduler,
        clock: FrameClock,
        drawn: Callable[[float], None],
    ) -> None:
        """Take over the scene's visualizer; nothing is shown before `choose`.

        `drawn` is told with each picture how near the last beat is.
        """
        super().__init__(item)
        self._drawn = drawn
        self._item, self._sounds = item, sounds
        self._scheduler, self._clock = scheduler, clock
        self._poll: Callable[[], Hearing | None] = lambda: None
        self._visual = Visual()
        self._heard: Hearing | None = None
        self._number = 0
        self.style = OFF
        item.setProperty("place", settings.place)
        item.setProperty("share", settings.size / 100)
        item.setProperty("opacity", settings.opacity / 100)

    def choose(self, style: str, poll: Callable[[], Hearing | None]) -> None:
        """Show the sound that `poll` gives in another style, or `off`."""
        self.style, self._poll = style, poll
        now_ns = time.monotonic_ns()
        if style == OFF:
            self._visual = Visual(now_ns)
            self._rest()
        else:
            self._visual = Visual(now_ns, self._visual.strength)
            self._item.setProperty("style", style)
            # The first frame is drawn even where nothing is heard yet: it gets the shader ready
            # now, and not when sound begins.
            self._item.setProperty("drawn", True)
            self._clock.start(self._on_frame)

    def colour(self, low: int, high: int, line: int) -> None:
        """Paint the deepest bar, the highest, and ghosts and lines in these, as 0xRRGGBB."""
        for name, colour in (("lowColour", low), ("highColour", high), ("lineColour", line)):
            self._item.setProperty(name, QColor(colour))

    def _on_frame(self, now_ns: int) -> None:
        heard = self._poll()
        self._visual = next_visual(self._visual, heard, now_ns)
        self._draw(heard)
        if not self._visual.seen:
            self._rest()
            self._scheduler.at(_ALARM, now_ns + _LOOK_NS, self._look)

    def _look(self) -> None:
        if self.style == OFF:
            return
        now_ns = time.monotonic_ns()
        self._visual = next_visual(self._visual, self._poll(), now_ns)
        if self._visual.seen:
            self._item.setProperty("drawn", True)
            self._clock.start(self._on_frame)
        else:
            self._scheduler.at(_ALARM, now_ns + _LOOK_NS, self._look)

    def _rest(self) -> None:
        self._clock.stop()
        self._item.setProperty("drawn", False)
        self._drawn(0.0)

    def _draw(self, heard: Hearing | None) -> None:
        source, bar_count, visual = "", 1.0, self._visual
        if heard is not None:
            bar_count = float(heard.bar_count)
            if heard is not self._heard:
                self._heard = heard
                self._sounds.show(heard)
                self._number += 1
                source = f"image://{SOUNDS}/{self._number}"
        self._item.hear(  # type: ignore[attr-defined]
            source, bar_count, visual.strength, visual.sink, visual.level, visual.beat
        )
        self._drawn(visual.beat * visual.strength)
