"""The baked shaders are those of the sources beside them."""

import subprocess
from importlib import resources
from pathlib import Path

import PySide6
import pytest

SHADERS = Path(str(resources.files("stillframe.player"))) / "shaders"
QSB = Path(PySide6.__file__).parent / "qsb"
SOURCES = sorted(SHADERS.rglob("*.frag"))


def test_there_is_a_shader() -> None:
    assert SOURCES


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.name)
def test_a_shader_baked_anew_is_the_one_that_is_shipped(source: Path, tmp_path: Path) -> None:
    assert QSB.exists(), "qsb comes with the development extra: ./run setup"
    baked = tmp_path / "baked.qsb"
    subprocess.run([QSB, "--qt6", "-o", baked, source], check=True, capture_output=True)
    assert baked.read_bytes() == source.with_name(source.name + ".qsb").read_bytes()


def test_no_baked_shader_is_without_its_source() -> None:
    assert sorted(SHADERS.rglob("*.qsb")) == [
        source.with_name(f"{source.name}.qsb") for source in SOURCES
    ]
