"""Photos that another decoder than Pillow shows."""

import os
from pathlib import Path

import pytest

from decoding import Decoder
from photos import encoded, picture, shipped
from raw_photos import deep_tiff, dng
from stillframe.contracts.errors import FaultError, FaultKind
from stillframe.contracts.pixels import Size
from stillframe.workers.formats import Format
from stillframe.workers.library.facts import Header
from stillframe.workers.library.header import read_header, set_up
from stillframe.workers.library.second_look import size_of


def look(path: Path, kind: Format) -> Size | None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        return size_of(descriptor, kind)
    finally:
        os.close(descriptor)


def test_what_libvips_shows_has_a_size(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    path.write_bytes(deep_tiff(60, 40))
    assert look(path, Format.TIFF) == Size(60, 40)


def test_what_libraw_shows_has_a_size(tmp_path: Path) -> None:
    path = tmp_path / "a.dng"
    path.write_bytes(dng(encoded(picture("coffee.png").resize((60, 40)), "JPEG")))
    assert look(path, Format.RAW) == Size(128, 96)


@pytest.mark.parametrize("kind", [Format.TIFF, Format.JPEG, Format.RAW, Format.AVIF])
def test_what_nobody_shows_has_none(tmp_path: Path, kind: Format) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"\xff\xd8\xff\xe0 no photo")
    assert look(path, kind) is None


REAL = sorted(path.name for path in shipped("coffee.png").parent.iterdir() if path.is_file())


@pytest.mark.parametrize("name", REAL)
def test_what_is_called_broken_is_what_the_show_refuses(name: str) -> None:
    """Every file that scikit-image ships, photo or not."""
    set_up()
    try:
        header: Header | None = read_header(os.fsencode(shipped(name)))
    except FaultError:
        header = None
    with Decoder.open() as decoder:
        if header is None:
            assert decoder.refusal(shipped(name)).kind
        elif min(header.width, header.height) < 16:
            assert decoder.refusal(shipped(name)).kind is FaultKind.TOO_SMALL
        else:
            shown = decoder.decode(shipped(name)).result
            assert shown.source_size == (header.width, header.height)


def test_what_pillow_does_not_read_is_shown(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(deep_tiff(60, 40))
    with Decoder.open() as decoder:
        assert decoder.decode(tmp_path / "a").result.source_size == (60, 40)
