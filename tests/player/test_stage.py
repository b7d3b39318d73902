"""The stage's word for an upload; and no shader can be drawn, or all that the card had is gone."""

import contextlib
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from shows import environment, eventually, plain_photo
from virtual_screen import VirtualScreen

HELPERS = Path(__file__).parents[1] / "helpers"
RED, BLUE = (210, 40, 30), (30, 40, 210)
SHOWN_ANEW = 6
UPLOADS = 4

Colour = tuple[int, int, int]


class Played:
    """A show of a red photo and a blue one, seen on the screen; `said` once it has ended."""

    def __init__(self, process: subprocess.Popen[str], screen: VirtualScreen) -> None:
        self._process, self._screen = process, screen
        self.said: list[str] = []

    def shows(self, colour: Colour) -> bool:
        assert self._process.poll() is None, f"the show has ended: {self.said}"
        return bool(np.array_equal(self._screen.grab()[90, 160], colour))

    def first(self) -> tuple[Colour, Colour]:
        """Wait for a photo; return its colour, and the other's."""
        eventually(lambda: self.shows(RED) or self.shows(BLUE), "the first photo")
        return (RED, BLUE) if self.shows(RED) else (BLUE, RED)

    def judged(self) -> list[str]:
        return [line for line in self.said if line in ("RIGHT\n", "EARLY\n")]

    def listen(self) -> None:
        assert self._process.stderr is not None
        self.said.extend(self._process.stderr)


@contextlib.contextmanager
def played(home: Path, screen: VirtualScreen, program: str, *words: str) -> Iterator[Played]:
    plain_photo(home / "photos" / "red.png", RED)
    plain_photo(home / "photos" / "blue.png", BLUE)
    with subprocess.Popen(
        [sys.executable, str(HELPERS / program), str(home / "photos"), *words],
        env=screen.environ(environment(home)),
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        show = Played(process, screen)
        listener = threading.Thread(target=show.listen)
        listener.start()
        try:
            yield show
        finally:
            process.terminate()
            listener.join(20)
        assert process.wait(20) == 0


def test_without_a_shader_one_photo_follows_the_other_at_a_cut(
    tmp_path: Path, screen: VirtualScreen
) -> None:
    with played(tmp_path, screen, "shaderless_show.py", str(tmp_path / "copy")) as show:
        first, second = show.first()
        eventually(lambda: show.shows(second), "the second photo")
        eventually(lambda: show.shows(first), "the first one again")
    told = [line for line in show.said if "transition cannot be played" in line]
    assert len(told) == 1, show.said
    assert "transition=crossfade" in told[0]


# Every 3 s, which is how long a photo and its transition take, the loss always comes in the same
# phase; 1.3 s goes through all of them.
def test_after_graphics_were_lost_the_photo_is_there_again_and_others_follow(
    tmp_path: Path, screen: VirtualScreen
) -> None:
    with played(tmp_path, screen, "lossy_show.py", "1.3") as show:
        colours = show.first()
        for number in range(SHOWN_ANEW):
            expected = colours[(number + 1) % 2]
            eventually(lambda colour=expected: show.shows(colour), f"photo {number + 2}")
    assert show.said.count("LOST\n") > SHOWN_ANEW
    assert not [line for line in show.said if "cannot be" in line or "Warning" in line], show.said


def test_an_upload_is_told_after_a_frame_with_it_also_while_a_photo_moves(
    tmp_path: Path, screen: VirtualScreen
) -> None:
    with played(tmp_path, screen, "uploading_show.py", str(UPLOADS)) as show:
        eventually(lambda: len(show.judged()) == UPLOADS, "the last upload")
    assert show.judged() == ["RIGHT\n"] * UPLOADS
