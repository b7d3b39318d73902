"""What the keys mean."""

import pytest
from PySide6.QtCore import Qt

from stillframe.player.keys import Intent, intent_of


@pytest.mark.parametrize(
    ("key", "intent"),
    [
        (Qt.Key.Key_Right, Intent.NEXT),
        (Qt.Key.Key_Space, Intent.NEXT),
        (Qt.Key.Key_Left, Intent.PREVIOUS),
        (Qt.Key.Key_P, Intent.PAUSE),
        (Qt.Key.Key_F, Intent.FULLSCREEN),
        (Qt.Key.Key_Escape, Intent.QUIT),
        (Qt.Key.Key_Q, Intent.QUIT),
    ],
)
def test_the_keys_that_the_help_names(key: Qt.Key, intent: Intent) -> None:
    assert intent_of(key.value) is intent


@pytest.mark.parametrize("key", [Qt.Key.Key_A.value, Qt.Key.Key_Shift.value, 0, -1, 2**31, 0x7FFF])
def test_any_other_key_means_nothing(key: int) -> None:
    assert intent_of(key) is None
