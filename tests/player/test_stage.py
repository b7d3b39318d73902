"""Where not even the crossfade can be drawn, photos are shown all the same."""

import subprocess
import sys
from pathlib import Path

import numpy as np

from shows import environment, eventually, plain_photo
from virtual_screen import VirtualScreen

PROGRAM = Path(__file__).parents[1] / "helpers" / "shaderless_show.py"
RED, BLUE = (210, 40, 30), (30, 40, 210)


def test_without_a_shader_one_photo_follows_the_other_at_a_cut(
    tmp_path: Path, screen: VirtualScreen
) -> None:
    plain_photo(tmp_path / "photos" / "red.png", RED)
    plain_photo(tmp_path / "photos" / "blue.png", BLUE)
    with subprocess.Popen(
        [sys.executable, str(PROGRAM), str(tmp_path / "photos"), str(tmp_path / "copy")],
        env=screen.environ(environment(tmp_path)),
        stderr=subprocess.PIPE,
        text=True,
    ) as process:

        def shows(colour: tuple[int, int, int]) -> bool:
            assert process.poll() is None, "the show has ended"
            return bool(np.array_equal(screen.grab()[90, 160], colour))

        try:
            eventually(lambda: shows(RED) or shows(BLUE), "the first photo")
            first, second = (RED, BLUE) if shows(RED) else (BLUE, RED)
            eventually(lambda: shows(second), "the second photo")
            eventually(lambda: shows(first), "the first one again")
        finally:
            process.terminate()
        assert process.stderr is not None
        said = process.stderr.read()
        assert process.wait(20) == 0
    told = [line for line in said.splitlines() if "transition cannot be played" in line]
    assert len(told) == 1, said
    assert "transition=crossfade" in told[0]
