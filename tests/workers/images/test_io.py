"""Real photos through the real decoder into real shared memory, against Pillow."""

import io
import os
import struct
import time
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import pyvips
from PIL import Image, ImageCms, ImageOps

from decoding import Decoded, Decoder
from photos import encoded, installed, largest_step, picture, psnr_db, saved, shipped
from stillframe.contracts.images import Colour, Mode, Pool
from stillframe.contracts.pixels import PixelFormat

ORIENTATION_TAG = 0x0112
MAX_SOURCE_BYTES = 4_000_000
# The same Lanczos kernel from two libraries: they round a step apart here and there.
SAME_FILTER_DB = 50
# Decoders that scale while they decode (JPEG by 2, 4 or 8, WebP by anything) use filters of
# their own; what is left of a wrong crop, turn or colour is below 25 dB.
OWN_FILTER_DB = 35


@pytest.fixture(scope="module")
def decoder() -> Iterator[Decoder]:
    with Decoder.open(max_source_bytes=MAX_SOURCE_BYTES) as opened:
        yield opened


@pytest.fixture(scope="module")
def photo() -> Image.Image:
    return picture("coffee.png")  # 600 x 400, no symmetry


def reduced(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    return image.resize(size, Image.Resampling.LANCZOS)


def covered(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    """Scale to cover `size`, then cut its middle out."""
    ratio = max(size[0] / image.width, size[1] / image.height)
    left = round((image.width * ratio - size[0]) / 2)
    top = round((image.height * ratio - size[1]) / 2)
    whole = reduced(image, (size[0] + 2 * left, size[1] + 2 * top))
    return whole.crop((left, top, left + size[0], top + size[1]))


def assert_opaque(decoded: Decoded) -> None:
    assert decoded.image.getchannel("A").getextrema() == (255, 255)


# Sizes and fidelity.


@pytest.mark.parametrize(
    ("mode", "target", "frame"),
    [
        (Mode.FILL, (320, 180), (320, 180)),
        (Mode.FILL, (180, 320), (180, 320)),
        (Mode.FILL, (1000, 700), (1000, 700)),
        (Mode.FIT, (320, 180), (270, 180)),
        (Mode.FIT, (180, 320), (180, 120)),
        (Mode.FIT, (1000, 700), (1000, 667)),
        (Mode.SHRINK, (320, 180), (270, 180)),
        (Mode.SHRINK, (1000, 700), (600, 400)),
        (Mode.FILL, (1, 1), (1, 1)),
    ],
)
def test_a_frame_has_exactly_this_size(
    decoder: Decoder, mode: Mode, target: tuple[int, int], frame: tuple[int, int]
) -> None:
    decoded = decoder.decode(shipped("coffee.png"), target, mode)
    assert decoded.image.size == frame
    assert (decoded.result.width, decoded.result.height) == frame
    assert decoded.result.source_size == (600, 400)
    assert_opaque(decoded)


@pytest.mark.parametrize("name", ["astronaut.png", "coffee.png", "motorcycle_left.png"])
def test_a_reduced_photo_is_the_one_that_pillow_makes(decoder: Decoder, name: str) -> None:
    original = picture(name).convert("RGB")
    for mode in Mode:
        frame = decoder.decode(shipped(name), (240, 150), mode).rgb
        made = covered(original, (240, 150)) if mode is Mode.FILL else reduced(original, frame.size)
        assert psnr_db(frame, made) > SAME_FILTER_DB, mode


@pytest.mark.parametrize("name", ["hubble_deep_field.jpg", "retina.jpg"])
def test_a_jpeg_that_is_scaled_while_it_is_decoded_stays_the_same_photo(
    decoder: Decoder, name: str
) -> None:
    with Image.open(shipped(name)) as image:
        original = image.convert("RGB")
    for target in ((200, 150), (320, 320), (640, 400)):
        frame = decoder.decode(shipped(name), target).rgb
        assert psnr_db(frame, covered(original, target)) > OWN_FILTER_DB


def test_the_largest_photos_of_this_machine_stay_the_same_photos(decoder: Decoder) -> None:
    # The wheel's photos alone carry the guarantee; these add what is there.
    for path in [shipped("retina.jpg"), *installed()[:4]]:
        with Image.open(path) as image:
            original = image.convert("RGB")
        frame = decoder.decode(path, (960, 540)).rgb
        assert psnr_db(frame, covered(original, (960, 540))) > OWN_FILTER_DB, path


def test_a_photo_of_the_target_size_is_not_changed_at_all(
    decoder: Decoder, photo: Image.Image
) -> None:
    assert largest_step(decoder.decode(shipped("coffee.png"), photo.size).rgb, photo) == 0


def test_an_enlarged_photo_lies_where_pillow_puts_it(decoder: Decoder, photo: Image.Image) -> None:
    frame = decoder.decode(shipped("coffee.png"), (1200, 800), Mode.FIT).rgb
    likeness = {}
    for shift in (-1.0, -0.5, -0.25, 0.0, 0.25, 0.5, 1.0):
        matrix = (0.5, 0, shift, 0, 0.5, shift)
        moved = photo.transform(
            frame.size, Image.Transform.AFFINE, matrix, Image.Resampling.BICUBIC
        )
        likeness[shift] = psnr_db(frame, moved)
    best = max(likeness, key=lambda shift: likeness[shift])
    assert best == 0
    assert likeness[best] > OWN_FILTER_DB


def crispness(image: Image.Image) -> float:
    """Return how much neighbouring pixels differ: the mean step of brightness."""
    return float(np.abs(np.diff(np.asarray(image.convert("L"), float), axis=1)).mean())


def test_sharpening_makes_a_strongly_reduced_photo_crisper_and_no_other(decoder: Decoder) -> None:
    path = shipped("coffee.png")  # 600 pixels wide
    plain, sharp = (decoder.decode(path, (200, 133), sharpen=wish).rgb for wish in (False, True))
    assert crispness(sharp) > 1.05 * crispness(plain)
    assert psnr_db(sharp, plain) > 25, "it is still the same photo"
    slightly = [decoder.decode(path, (500, 333), sharpen=wish).pixels for wish in (False, True)]
    assert slightly[0] == slightly[1]


def test_the_bytes_in_the_slot_are_the_pixels_of_the_decoder(decoder: Decoder) -> None:
    decoded = decoder.decode(shipped("horse.png"), (200, 164))
    image = pyvips.Image.thumbnail(str(shipped("horse.png")), 200, height=164, size="force")
    assert decoded.pixels == (image.premultiply() + 0.5).cast("uchar").write_to_memory()


# Which way up.


@pytest.fixture(scope="module")
def turned(tmp_path_factory: pytest.TempPathFactory, photo: Image.Image) -> list[Path]:
    """The same scene, stored in all eight ways that EXIF knows."""
    folder = tmp_path_factory.mktemp("turned")
    # How the camera held the sensor: the inverse of how a viewer has to turn the picture.
    stored = {
        1: photo,
        2: photo.transpose(Image.Transpose.FLIP_LEFT_RIGHT),
        3: photo.transpose(Image.Transpose.ROTATE_180),
        4: photo.transpose(Image.Transpose.FLIP_TOP_BOTTOM),
        5: photo.transpose(Image.Transpose.TRANSPOSE),
        6: photo.transpose(Image.Transpose.ROTATE_90),
        7: photo.transpose(Image.Transpose.TRANSVERSE),
        8: photo.transpose(Image.Transpose.ROTATE_270),
    }
    paths = []
    for orientation, image in stored.items():
        exif = Image.Exif()
        exif[ORIENTATION_TAG] = orientation
        path = folder / f"{orientation}.jpg"
        paths.append(saved(image, path, "JPEG", quality=95, subsampling=0, exif=exif))
    return paths


@pytest.mark.parametrize("target", [(300, 200), (200, 300), (150, 400)])
def test_all_eight_orientations_give_the_same_upright_photo(
    decoder: Decoder, photo: Image.Image, turned: list[Path], target: tuple[int, int]
) -> None:
    assert len(turned) == 8
    upright = covered(photo, target)
    for path in turned:
        decoded = decoder.decode(path, target)
        assert decoded.result.source_size == (600, 400), path
        assert psnr_db(decoded.rgb, upright) > OWN_FILTER_DB, path


def test_a_photo_on_its_side_is_fitted_by_its_upright_shape(
    decoder: Decoder, turned: list[Path]
) -> None:
    for path in turned:
        assert decoder.decode(path, (300, 300), Mode.FIT).image.size == (300, 200), path


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "TIFF"])
def test_orientation_is_heeded_in_other_formats_too(
    decoder: Decoder, photo: Image.Image, tmp_path: Path, kind: str
) -> None:
    exif = Image.Exif()
    exif[ORIENTATION_TAG] = 6
    path = saved(photo, tmp_path / "photo", kind, exif=exif)
    with Image.open(path) as image:
        upright = ImageOps.exif_transpose(image).convert("RGB")
    decoded = decoder.decode(path, (200, 300), Mode.FIT)
    assert decoded.result.source_size == (400, 600)
    assert psnr_db(decoded.rgb, reduced(upright, (200, 300))) > OWN_FILTER_DB


# What a pixel is.


def premultiplied(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    """Return what Pillow's own premultiplied mode holds."""
    scaled = reduced(image.convert("RGBa"), size)
    return Image.frombytes("RGBA", size, scaled.tobytes())


@pytest.mark.parametrize("hard", [False, True])
def test_colour_is_multiplied_by_alpha(
    decoder: Decoder,
    photo: Image.Image,
    tmp_path: Path,
    hard: bool,  # noqa: FBT001
) -> None:
    alpha = Image.radial_gradient("L").resize(photo.size)
    original = photo.copy()
    original.putalpha(alpha.point(lambda level: 255 * (level > 99)) if hard else alpha)
    path = saved(original, tmp_path / "photo.png", "PNG")
    exact = decoder.decode(path, original.size).image
    assert largest_step(exact, premultiplied(original, original.size)) == 0
    scaled = decoder.decode(path, (300, 200)).image
    assert psnr_db(scaled, premultiplied(original, (300, 200))) > OWN_FILTER_DB
    colour, opacity = np.asarray(scaled)[..., :3], np.asarray(scaled)[..., 3:]
    assert (colour <= opacity).all(), "no colour is brighter than its alpha allows"
    assert (opacity.min(), opacity.max()) == (0, 255)


def test_a_picture_with_alpha_of_its_own_is_multiplied_too(decoder: Decoder) -> None:
    with Image.open(shipped("horse.png")) as image:
        original = image.convert("RGBA")
    assert original.getchannel("A").getextrema() != (255, 255)
    exact = decoder.decode(shipped("horse.png"), original.size).image
    assert largest_step(exact, premultiplied(original, original.size)) == 0


def sixteen_bit_png(image: Image.Image) -> bytes:
    """Return a photo as PNG of 16 bits a channel, which Pillow cannot write."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    rows = np.asarray(image).astype(">u2") * 257
    raw = b"".join(b"\0" + row.tobytes() for row in rows)
    header = struct.pack(">IIBBBBB", image.width, image.height, 16, 2, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(raw, 1)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def variants(photo: Image.Image) -> dict[str, tuple[bytes, Image.Image]]:
    """Return files in many encodings, each with the picture that it holds."""
    grey, palette = photo.convert("L"), photo.quantize(200)
    wide = Image.fromarray(np.asarray(grey).astype(np.uint16) * 257)
    files: dict[str, tuple[bytes, Image.Image]] = {
        "grey PNG": (encoded(grey, "PNG"), grey),
        "palette PNG": (encoded(palette, "PNG"), palette),
        "one-bit PNG": (encoded(photo.convert("1"), "PNG"), photo.convert("1")),
        "16-bit grey PNG": (encoded(wide, "PNG"), grey),
        "16-bit colour PNG": (sixteen_bit_png(photo), photo),
        "lossless WebP": (encoded(photo, "WEBP", lossless=True), photo),
        "TIFF": (encoded(photo, "TIFF", compression="tiff_lzw"), photo),
    }
    lossy: dict[str, tuple[str, Image.Image, dict[str, Any]]] = {
        "grey JPEG": ("JPEG", grey, {}),
        "progressive JPEG": ("JPEG", photo, {"progressive": True}),
        "JPEG": ("JPEG", photo, {"quality": 80}),
        "WebP": ("WEBP", photo, {"quality": 90}),
        "GIF": ("GIF", palette, {}),
    }
    for name, (kind, image, options) in lossy.items():
        data = encoded(image, kind, **options)
        files[name] = (data, Image.open(io.BytesIO(data)))
    return files


def test_every_encoding_shows_the_picture_that_it_holds(
    decoder: Decoder, photo: Image.Image, tmp_path: Path
) -> None:
    for name, (data, held) in variants(photo).items():
        path = tmp_path / "photo.jpg"  # the name says nothing: content decides
        path.write_bytes(data)
        decoded = decoder.decode(path, photo.size)
        # Two decoders of one format may differ by a step; a wrong level or channel is far off.
        assert largest_step(decoded.rgb, held.convert("RGB")) <= 2, name
        assert_opaque(decoded)
        half = decoder.decode(path, (300, 200)).rgb
        assert psnr_db(half, reduced(held.convert("RGB"), (300, 200))) > OWN_FILTER_DB, name


def test_avif_is_shown(decoder: Decoder, photo: Image.Image, tmp_path: Path) -> None:
    path = saved(photo, tmp_path / "photo.avif", "AVIF", quality=90)
    with Image.open(path) as image:
        held = image.convert("RGB")
    assert psnr_db(decoder.decode(path, photo.size).rgb, held) > OWN_FILTER_DB


def test_grey_with_alpha_keeps_both(decoder: Decoder, photo: Image.Image, tmp_path: Path) -> None:
    grey = photo.convert("LA")
    grey.putalpha(Image.linear_gradient("L").resize(photo.size))
    path = saved(grey, tmp_path / "grey.png", "PNG")
    exact = decoder.decode(path, photo.size).image
    assert largest_step(exact, premultiplied(grey.convert("RGBA"), photo.size)) == 0


def test_cmyk_is_shown_in_its_colours(decoder: Decoder, tmp_path: Path) -> None:
    # No two programs agree on the shades of CMYK without a profile, but paper is white, and every
    # ink keeps its hue: the strongest and the weakest channel of each patch stay what they are.
    patches = {"white": None, "red": (0, 2), "lime": (1, 0), "blue": (2, 1), "cyan": (2, 0)}
    strip = Image.new("RGB", (32 * len(patches), 32))
    for place, name in enumerate(patches):
        strip.paste(name, (32 * place, 0, 32 * place + 32, 32))
    path = saved(strip.convert("CMYK"), tmp_path / "strip.jpg", "JPEG", quality=100)
    decoded = decoder.decode(path, strip.size)
    assert_opaque(decoded)
    for place, (name, channels) in enumerate(patches.items()):
        pixel = decoded.rgb.getpixel((32 * place + 16, 16))
        assert isinstance(pixel, tuple)
        if channels is None:
            assert min(pixel) >= 250, name
        else:
            strongest, weakest = channels
            assert pixel[strongest] == max(pixel), name
            assert pixel[strongest] - pixel[weakest] > 80, name


# Colour profiles.


@pytest.fixture(scope="module")
def adobe_rgb() -> bytes:
    """The profile in a real photograph that is not in sRGB."""
    with Image.open(shipped("rocket.jpg")) as image:
        profile = image.info["icc_profile"]
    assert isinstance(profile, bytes)
    assert b"Adobe RGB (1998)" in profile
    return profile


def in_srgb(image: Image.Image, profile: bytes) -> Image.Image:
    """Return the picture converted by Little CMS, as Pillow drives it."""
    source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
    converted = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"))
    assert converted is not None
    return converted


def test_a_photo_in_adobe_rgb_is_converted_to_srgb(decoder: Decoder, adobe_rgb: bytes) -> None:
    with Image.open(shipped("rocket.jpg")) as image:
        raw = image.convert("RGB")
    converted = in_srgb(raw, adobe_rgb)
    assert largest_step(raw, converted) > 20, "the conversion is worth testing"
    frame = decoder.decode(shipped("rocket.jpg"), raw.size).rgb
    assert largest_step(frame, converted) <= 2
    untouched = decoder.decode(shipped("rocket.jpg"), raw.size, colour=Colour.AS_IS).rgb
    assert largest_step(untouched, raw) == 0


def test_alpha_survives_the_conversion(
    decoder: Decoder, photo: Image.Image, adobe_rgb: bytes, tmp_path: Path
) -> None:
    soft = photo.copy()
    soft.putalpha(Image.linear_gradient("L").resize(photo.size))
    path = saved(soft, tmp_path / "soft.png", "PNG", icc_profile=adobe_rgb)
    expected = in_srgb(photo, adobe_rgb)
    expected.putalpha(soft.getchannel("A"))
    frame = decoder.decode(path, photo.size).image
    assert largest_step(frame, premultiplied(expected, photo.size)) <= 2


@pytest.mark.parametrize("profile", [None, b"this is no profile " * 20])
def test_a_photo_without_a_usable_profile_is_untouched(
    decoder: Decoder, photo: Image.Image, tmp_path: Path, profile: bytes | None
) -> None:
    path = saved(photo, tmp_path / "photo.png", "PNG", icc_profile=profile)
    assert largest_step(decoder.decode(path, photo.size).rgb, photo) == 0


# What the answer says.


def test_the_header_and_the_answer_describe_the_frame(decoder: Decoder) -> None:
    before_ns = time.monotonic_ns()
    decoded = decoder.decode(shipped("coffee.png"), (320, 180))
    after_ns = time.monotonic_ns()
    header, result, request = decoded.header, decoded.result, decoded.request
    assert request.slot is not None
    assert (header.width, header.height, header.stride) == (320, 180, 1280)
    assert header.size_bytes == 1280 * 180 == len(decoded.pixels)
    assert header.format is PixelFormat.RGBA8_PREMULTIPLIED
    assert header.producer_pid == os.getpid()
    assert (header.generation, header.seq) == (request.slot.generation, request.seq)
    assert before_ns <= header.ts_ns <= after_ns
    assert (result.width, result.height, result.stride) == (320, 180, 1280)
    assert (result.payload_size_bytes, result.ts_ns) == (header.size_bytes, header.ts_ns)
    assert (result.format, result.slot) == (header.format, request.slot)
    assert (result.generation, result.seq) == (header.generation, header.seq)


def test_the_answer_carries_the_request_back(decoder: Decoder) -> None:
    decoded = decoder.decode(shipped("coffee.png"))
    request, result = decoded.request, decoded.result
    assert result.cache_key == request.cache_key
    assert result.ratio_policy.pool is Pool.FEED
    assert (result.worker, result.correlation_id) == ("images", 7)
    assert (result.ts_req_ns, result.ok) == (request.ts_req_ns, True)


def test_generations_and_slots_are_those_of_the_grants() -> None:
    with Decoder.open(pixels=320 * 180, slots=3) as decoder:
        found = [decoder.decode(shipped("coffee.png"), (320, 180)).header for _ in range(3)]
        assert [header.generation for header in found] == [1, 2, 3]
        second = decoder.request(shipped("coffee.png"), (320, 180))
        third = decoder.request(shipped("horse.png"), (320, 180))
        assert second.slot is not None
        assert third.slot is not None
        assert {second.slot.index, third.slot.index} == {0, 1}
        decoder.handler.handle(third)
        decoder.handler.handle(second)
        for request, name in ((second, "coffee.png"), (third, "horse.png")):
            assert request.slot is not None
            with decoder.arena.lease(request.slot, seq=request.seq).pixels as pixels:
                held = bytes(pixels)
            assert held == decoder.decode(shipped(name), (320, 180)).pixels, name
