"""Bake the transitions' shaders anew: `python tools/bake_shaders.py [ID ...]`.

Reads `transitions/shaders/ID.glsl`, writes `ID.frag.qsb` beside it; without names, all of them.
Needs `qsb`, which the development extra brings.
"""

import subprocess
import sys
import tempfile
from importlib import resources
from pathlib import Path

import PySide6

from stillframe.transitions.registry import BUILT_IN
from stillframe.transitions.source import whole_source

SHADERS = Path(str(resources.files("stillframe.transitions"))) / "shaders"
QSB = Path(PySide6.__file__).parent / "qsb"


def baked(transition_id: str) -> bytes:
    """Return the baked shader of one transition.

    Raises:
        subprocess.CalledProcessError: if it does not compile; its `stderr` says why.
    """
    transition = next(t for t in BUILT_IN if t.id == transition_id)
    prelude = (SHADERS / "prelude.glsl").read_text()
    body = (SHADERS / f"{transition_id}.glsl").read_text()
    with tempfile.TemporaryDirectory() as folder:
        source, result = Path(folder) / "shader.frag", Path(folder) / "shader.qsb"
        source.write_text(whole_source(transition, prelude, body))
        subprocess.run([QSB, "--qt6", "-o", result, source], check=True, capture_output=True)
        return result.read_bytes()


def main(names: list[str]) -> int:
    """Bake what is named, or all."""
    for name in names or [transition.id for transition in BUILT_IN]:
        try:
            content = baked(name)
        except subprocess.CalledProcessError as error:
            sys.stderr.write(f"{name}:\n{error.stderr.decode()}{error.stdout.decode()}")
            return 1
        (SHADERS / f"{name}.frag.qsb").write_bytes(content)
        print(f"{name}: {len(content)} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
