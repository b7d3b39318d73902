"""What libvips says of a photo, and what it is not allowed to read."""

import os
from pathlib import Path

import pytest
import pyvips

from photos import encoded, picture, shipped
from stillframe.contracts.pixels import Size
from stillframe.workers import vips
from stillframe.workers.vips import upright


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_size_stands_upright(orientation: int) -> None:
    assert upright(3, 2, orientation) == (Size(2, 3) if orientation >= 5 else Size(3, 2))


def test_a_header_says_the_size() -> None:
    vips.set_up()
    with open(shipped("rocket.jpg"), "rb") as file:
        file.read(7)  # from wherever it was read to
        assert vips.upright_size(file.fileno()) == Size(640, 427)


def test_a_photo_that_lies_on_its_side_is_upright(tmp_path: Path) -> None:
    image = picture("coffee.png").resize((60, 40))
    exif = image.getexif()
    exif[0x0112] = 8
    (tmp_path / "a").write_bytes(encoded(image, "JPEG", exif=exif))
    with open(tmp_path / "a", "rb") as file:
        assert vips.upright_size(file.fileno()) == Size(40, 60)


def test_a_loader_that_is_not_needed_reads_nothing(tmp_path: Path) -> None:
    vips.set_up()
    (tmp_path / "a.ppm").write_bytes(b"P6 2 2 255 " + bytes(12))
    descriptor = os.open(tmp_path / "a.ppm", os.O_RDONLY)
    with pytest.raises(pyvips.Error):
        vips.upright_size(descriptor)
    os.close(descriptor)
