"""The way in: what a signal does before there is a show to end."""

import signal
from pathlib import Path

import pytest

from shows import eventually, photo_folder, playing
from virtual_screen import VirtualScreen


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("loaded", ["msgspec", "QtCore"])
def test_a_signal_during_the_imports_ends_them_without_a_word(
    tmp_path: Path, screen: VirtualScreen, number: signal.Signals, loaded: str
) -> None:
    photos = photo_folder(tmp_path / "photos")
    with playing(tmp_path, screen, str(photos)) as show:
        maps = Path(f"/proc/{show.process.pid}/maps")
        eventually(lambda: loaded in maps.read_text(), f"{loaded} is being imported")
        show.process.send_signal(number)
        assert show.finish() == 0
        assert not [line for line in show.log if "Traceback" in line or "Abort" in line]
