"""How true a reduced photo is: ours and `vipsthumbnail` beside an exact reduction.

Role: measures likeness, not time. Counterpart: `bench.image` prints it.

Guarantees: the reference is made without either decoder's scaling: every pixel is decoded, and
reduced with a Lanczos kernel in floating point. Likeness is that of all three colours (PSNR), and
of brightness (SSIM).
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from skimage.metrics import structural_similarity

from bench.decoders import SupervisedWorker, Vipsthumbnail
from stillframe.contracts.pixels import Size

Pixels = NDArray[np.float32]
"""Height x width x 3, 0 to 255."""
_FULL_SCALE: Final = 255.0
_BRIGHTNESS: Final = (0.299, 0.587, 0.114)


def likeness(
    photo: Path, target: Size, ours: SupervisedWorker, peer: Vipsthumbnail | None
) -> Iterator[tuple[str, str, float, dict[str, float]]]:
    """Yield metric, unit, our number, and that of the peer."""
    reference = _exact(photo, target)
    frames = {"ours": ours.pixels(photo, target)}
    if peer is not None:
        frames["vipsthumbnail"] = peer.pixels(photo, target)
    arrays = {name: _array(data, target) for name, data in frames.items()}
    for metric, unit, measure in (("psnr_db", "dB", _psnr_db), ("ssim", "", _ssim)):
        values = {name: measure(array, reference) for name, array in arrays.items()}
        yield metric, unit, values.pop("ours"), values


def _exact(photo: Path, target: Size) -> Pixels:
    """Return what a photo is when every pixel of it counts, cut to cover the target."""
    with Image.open(photo) as image:
        scale = max(target.width / image.width, target.height / image.height)
        left = (image.width - target.width / scale) / 2
        top = (image.height - target.height / scale) / 2
        box = (left, top, image.width - left, image.height - top)
        planes = [
            band.convert("F").resize(
                (target.width, target.height), Image.Resampling.LANCZOS, box=box
            )
            for band in image.convert("RGB").split()
        ]
    exact: Pixels = np.clip(
        np.dstack([np.asarray(plane) for plane in planes]), 0, _FULL_SCALE
    ).astype(np.float32)
    return exact


def _array(data: bytes, target: Size) -> Pixels:
    bands = len(data) // target.pixels
    shaped = np.frombuffer(data, np.uint8).reshape(target.height, target.width, bands)
    return shaped[..., :3].astype(np.float32)


def _psnr_db(one: Pixels, other: Pixels) -> float:
    error = float(np.mean((one - other) ** 2, dtype=np.float64))
    return 10 * float(np.log10(_FULL_SCALE**2 / error))


def _ssim(one: Pixels, other: Pixels) -> float:
    weights = np.array(_BRIGHTNESS, np.float32)
    similarity = structural_similarity(  # type: ignore[no-untyped-call]
        one @ weights, other @ weights, data_range=_FULL_SCALE
    )
    return float(similarity)
