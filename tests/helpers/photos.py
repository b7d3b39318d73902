"""Photographs that nobody here took, and pictures made from them with Pillow, not with libvips."""

import io
from pathlib import Path
from typing import Any

import numpy as np
import skimage
from PIL import Image

_SHIPPED = Path(skimage.__file__).parent / "data"
_INSTALLED = Path("/usr/share/backgrounds/mate/nature")


def shipped(name: str) -> Path:
    """Return one of the photographs in scikit-image's wheel."""
    path = _SHIPPED / name
    assert path.is_file(), path
    return path


def installed() -> list[Path]:
    """Return large photographs of this machine; there may be none."""
    return sorted(_INSTALLED.glob("*.jpg"))


def picture(name: str) -> Image.Image:
    """Return a shipped photograph, decoded, without its profile and its EXIF."""
    with Image.open(shipped(name)) as image:
        bare = Image.new(image.mode, image.size)
        bare.paste(image)
    return bare


def encoded(image: Image.Image, kind: str, **options: Any) -> bytes:
    """Return a picture as the bytes of a file."""
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def saved(image: Image.Image, path: Path, kind: str, **options: Any) -> Path:
    """Write a picture into a file."""
    path.write_bytes(encoded(image, kind, **options))
    return path


def psnr_db(one: Image.Image, other: Image.Image) -> float:
    """Return how alike two pictures are; 40 dB is a mean error of 2.5 steps of 255."""
    assert one.size == other.size
    difference = np.asarray(one.convert("RGB"), float) - np.asarray(other.convert("RGB"), float)
    error = float(np.mean(difference**2))
    return 99.0 if error == 0 else 10 * float(np.log10(255**2 / error))


def largest_step(one: Image.Image, other: Image.Image) -> int:
    """Return by how many steps of 255 two pictures differ at their worst place."""
    assert (one.size, one.mode) == (other.size, other.mode)
    return int(np.abs(np.asarray(one, int) - np.asarray(other, int)).max())


def packed_jpeg(folder: Path, image: Image.Image, orientation: int = 1) -> bytes:
    """Return a JPEG packed as JPEG XL without loss, as `cjxl` does; its EXIF is compressed."""
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = orientation, "Canon"
    path = saved(image, folder / "to be packed.jpg", "JPEG", quality=95, exif=exif)
    with Image.open(path) as jpeg:
        return encoded(jpeg, "JXL", lossless_jpeg=True)
