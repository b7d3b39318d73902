"""What the keys mean.

Role: pure. Counterpart: `player.window` looks a key up, `app` acts on the intent.
"""

import enum

from PySide6.QtCore import Qt


class Intent(enum.Enum):
    """What a person wants."""

    QUIT = "quit"
    NEXT = "next"
    PREVIOUS = "previous"
    PAUSE = "pause"
    FULLSCREEN = "fullscreen"
    VISUALIZER = "visualizer"


_INTENTS = {
    Qt.Key.Key_Escape: Intent.QUIT,
    Qt.Key.Key_Q: Intent.QUIT,
    Qt.Key.Key_Right: Intent.NEXT,
    Qt.Key.Key_Space: Intent.NEXT,
    Qt.Key.Key_Left: Intent.PREVIOUS,
    Qt.Key.Key_P: Intent.PAUSE,
    Qt.Key.Key_F: Intent.FULLSCREEN,
    Qt.Key.Key_V: Intent.VISUALIZER,
}


def intent_of(key: int) -> Intent | None:
    """Return what a key asks for, None if nothing."""
    try:
        return _INTENTS.get(Qt.Key(key))
    except ValueError:  # a key that this Qt has no name for
        return None
