"""What music does to the show: its picture, and its beat.

Role: ties the show's ears to the visualizer and the stage, as the settings say. Counterpart: `app`
makes one; the V key comes here.
"""

from typing import Final

from PySide6.QtCore import QObject
from PySide6.QtQuick import QQuickItem

from stillframe.contracts.hearing import Hearing
from stillframe.player.frame_clock import FrameClock
from stillframe.player.scheduler import Scheduler
from stillframe.player.stage import QtStage
from stillframe.player.visualizer import OFF, STYLES, Visualizer
from stillframe.player.window import PhotoWindow
from stillframe.settings import Settings
from stillframe.show.ears import Ears, shows_sound
from stillframe.show.visual import bar_line_ns

FIRST: Final = STYLES[1]
# Two bars of slow music: a photo that waits for longer would seem stuck.
_BAR_WITHIN_NS: Final = 4_000_000_000
_WHITE: Final = 0xFFFFFF


class Music:
    """Sound, seen."""

    def __init__(
        self,
        window: PhotoWindow,
        stage: QtStage,
        scheduler: Scheduler,
        settings: Settings,
        ears: Ears | None,
    ) -> None:
        """Prepare; without `ears`, nothing is ever seen of sound."""
        self._settings, self._ears = settings, ears
        self._scene = window.rootObject()
        item = self._scene.findChild(QObject, "visualizer")
        assert isinstance(item, QQuickItem)  # noqa: S101 - the scene is ours
        self.visualizer = Visualizer(
            item,
            window.sounds,
            settings.visualizer,
            scheduler=scheduler,
            clock=FrameClock(window, scheduler),
            drawn=self._on_drawn,
        )
        if settings.visualizer.photo_colours:
            stage.tell_colours(self._on_colours)
        if settings.visualizer.photo_on_bar:
            stage.follow(self._bar_line_ns)

    def begin(self) -> None:
        """Show sound from the start, if the settings say so."""
        if shows_sound(self._settings):
            style = self._settings.visualizer.style
            self._choose(FIRST if style == "auto" else style)

    def next_style(self) -> None:
        """Go on to the next style; after the last one comes none."""
        self._choose(STYLES[(STYLES.index(self.visualizer.style) + 1) % len(STYLES)])

    def _choose(self, style: str) -> None:
        if self._ears is None:
            return
        self._ears.listen(on=style != OFF)
        self.visualizer.choose(style, self._ears.poll)

    def _on_drawn(self, beat: float) -> None:
        if self._settings.visualizer.pulse:
            self._scene.setProperty("beat", beat)

    def _on_colours(self, colours: tuple[int, ...]) -> None:
        low, high = colours[:2] if len(colours) > 1 else (_WHITE, _WHITE)
        self.visualizer.colour(low, high, _WHITE)

    def _bar_line_ns(self, now_ns: int) -> int | None:
        heard: Hearing | None = self._ears.poll() if self._ears else None
        if heard is None or not heard.sounding:
            return None
        return bar_line_ns(heard.beat, now_ns, _BAR_WITHIN_NS)
