"""The photos that the benches decode: 24 megapixels, with the detail of real ones.

Role: makes them once and keeps them in `build/bench`. Counterpart: `bench.image`, `bench.memory`
and `bench.pacing` read them; making them is no part of any timing.

Guarantees: a file that is there is whole; each is a baseline JPEG with halved chroma, as cameras
write it, of 6000 x 4000 pixels where nothing else is said.
"""

import os
from pathlib import Path
from typing import Final

WIDTH_PX, HEIGHT_PX = 6000, 4000
QUALITY: Final = 92
_FOLDER: Final = Path(__file__).parent.parent / "build" / "bench"
_BACKGROUNDS: Final = Path("/usr/share/backgrounds/mate")
# From the largest of Debian's mate-backgrounds; several cuts of it, so that no two files are alike.
_LARGE: Final = _BACKGROUNDS / "abstract" / "Elephants_5640x3172.jpg"
# A camera's noise: a photo that was only enlarged would be easier to decode than a real one.
_NOISE: Final = 3.0
_COUNT: Final = 4
_SMALL_COUNT: Final = 6
# What cameras of 12 to 24 megapixels make, lying and standing.
_MIXED_PX: Final = (
    (6000, 4000),
    (4032, 3024),
    (4000, 6000),
    (5184, 3456),
    (3024, 4032),
    (4608, 3456),
    (5472, 3648),
)


# By the name that Pillow has for each, and how to write it without taking minutes.
_FORMATS: Final = {
    "avif": ("AVIF", {"quality": 80, "speed": 9}),
    "heic": ("HEIF", {"quality": 80}),
    "jxl": ("JXL", {"quality": 90, "effort": 3, "lossless_jpeg": False}),
    "webp": ("WEBP", {"quality": 80, "method": 4}),
    "png": ("PNG", {"compress_level": 1}),
}


class NoPhotoError(RuntimeError):
    """There is no photo to make the others from."""


def large_photos() -> list[Path]:
    """Return a handful of photos of 24 megapixels.

    Raises:
        NoPhotoError: if the system has none to make them from.
    """
    folder = _FOLDER / "24mp"
    paths = [folder / f"photo-{number}.jpg" for number in range(_COUNT)]
    if not all(path.is_file() for path in paths):
        folder.mkdir(parents=True, exist_ok=True)
        for number, path in enumerate(paths):
            _make(number, path, (WIDTH_PX, HEIGHT_PX))
    return paths


def mixed_photos() -> list[Path]:
    """Return photos of different sizes, 12 to 24 megapixels.

    Raises:
        NoPhotoError: if the system has none to make them from.
    """
    folder = _FOLDER / "mixed"
    paths = [folder / f"photo-{number}.jpg" for number in range(len(_MIXED_PX))]
    folder.mkdir(parents=True, exist_ok=True)
    for number, (path, size_px) in enumerate(zip(paths, _MIXED_PX, strict=True)):
        if not path.is_file():
            _make(number, path, size_px)
    return paths


def other_formats() -> dict[str, Path]:
    """Return one of the large photos in each other format, by suffix.

    Raises:
        NoPhotoError: if the system has none to make them from.
    """
    import pillow_heif  # noqa: PLC0415 - half a second that the other benches need not pay
    import pillow_jxl  # noqa: F401, PLC0415 - registers itself
    from PIL import Image  # noqa: PLC0415

    pillow_heif.register_heif_opener()
    first, *_ = large_photos()
    made = {}
    for suffix, (kind, options) in _FORMATS.items():
        made[suffix] = path = first.with_suffix(f".{suffix}")
        if not path.is_file():
            part = path.with_suffix(".part")
            with Image.open(first) as photo:
                photo.save(part, kind, **options)
            os.replace(part, path)
    return made


def small_photos(width_px: int, height_px: int, count: int = _SMALL_COUNT) -> Path:
    """Return a folder of so many photos that cost next to nothing to decode for a small window.

    Raises:
        NoPhotoError: if the system has none to make them from.
    """
    few = "" if count == _SMALL_COUNT else f"-{count}"
    folder = _FOLDER / f"{width_px}x{height_px}{few}"
    paths = [folder / f"photo-{number}.jpg" for number in range(count)]
    if not all(path.is_file() for path in paths):
        folder.mkdir(parents=True, exist_ok=True)
        for number, path in enumerate(paths):
            _make(number, path, (width_px, height_px))
    return folder


def _make(number: int, path: Path, size_px: tuple[int, int]) -> None:
    import pyvips  # noqa: PLC0415 - 60 ms that a run with the photos at hand need not pay

    width_px, height_px = size_px
    source = pyvips.Image.new_from_file(str(_source(number)))
    cover = max(width_px / source.width, height_px / source.height)
    photo = source.resize(cover).colourspace("srgb")[:3]
    if number % 2:
        photo = photo.fliphor()
    left_px = (photo.width - width_px) * (number % _SMALL_COUNT) // _SMALL_COUNT
    photo = photo.crop(left_px, (photo.height - height_px) // 2, width_px, height_px)
    noise = pyvips.Image.gaussnoise(width_px, height_px, sigma=_NOISE, mean=0, seed=number)
    part = path.with_suffix(".part")
    target = pyvips.Target.new_to_file(str(part))
    (photo + noise).cast("uchar").write_to_target(target, f".jpg[Q={QUALITY},subsample_mode=on]")
    os.replace(part, path)


def _source(number: int) -> Path:
    if _LARGE.is_file():
        return _LARGE
    try:
        import skimage  # noqa: PLC0415 - only a stand-in
    except ImportError as error:
        raise NoPhotoError(
            f"there is no {_LARGE} (Debian: mate-backgrounds), and scikit-image is not installed"
        ) from error
    names = ("coffee.png", "rocket.jpg", "chelsea.png", "astronaut.png")
    return Path(skimage.__file__).parent / "data" / names[number % len(names)]
