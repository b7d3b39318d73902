"""The scene painter's edges: the cache folder and its files.

Role: paints a scene once and keeps it. Counterpart: `workers.scenes.core` paints; the image worker
later reads the file like any other photo.

Guarantees: a file under its final name is whole; a painter that was killed leaves at most a hidden
temporary file, which the next one removes.
"""

import contextlib
import os
import time
from typing import ClassVar, Final, Self

# numpy loads these when they are first used, which is after the sandbox has closed.
import numpy.fft
import numpy.random  # noqa: F401
import pyvips

from stillframe.contracts.control import Start
from stillframe.contracts.errors import FaultError, FaultKind
from stillframe.contracts.library import FoundPhoto
from stillframe.contracts.messages import echo
from stillframe.contracts.pixels import check_side
from stillframe.contracts.scenes import SceneRequest, SceneResult
from stillframe.contracts.wire import PROTOCOLS, Protocol
from stillframe.workers.handler import Handler
from stillframe.workers.scenes.core import SCENES, paint

# Raised when a painting changes, so that an old file of the same name is not taken for it.
EDITION: Final = 1
_SEED: Final = 20
# At full colour resolution; finer than the eye, and a few megabytes a scene.
_JPEG_QUALITY: Final = 93
_TEMPORARY_SUFFIX: Final = b".part"


class ScenesHandler(Handler[SceneRequest, SceneResult]):
    """Paints scenes into a folder."""

    name: ClassVar[str] = "scenes"
    protocol: ClassVar[Protocol] = PROTOCOLS["scenes"]

    @classmethod
    def start(cls, start: Start) -> Self:
        """Nothing to take: each request names its folder."""
        del start
        return cls()

    def handle(self, request: SceneRequest) -> SceneResult:
        """Paint one scene, or find it painted.

        Raises:
            FaultError: `bad-request` for a scene or size that there is not, `io-error` if the
                folder cannot be written.
        """
        if request.index >= len(SCENES):
            raise FaultError(
                FaultKind.BAD_REQUEST,
                f"scene {request.index} is not one of {len(SCENES)}",
                request.index,
                len(SCENES) - 1,
            )
        try:
            check_side("width", request.size.width)
            check_side("height", request.size.height)
            photo = _kept(request) or _painted(request)
        except ValueError as error:
            raise FaultError(FaultKind.BAD_REQUEST, str(error)) from error
        except OSError as error:
            detail = f"cannot keep the scene: {error.strerror or error}"
            raise FaultError(FaultKind.IO_ERROR, detail) from error
        return SceneResult(
            **echo(request, time.monotonic_ns()),
            photo=photo,
            index=request.index,
            scene_count=len(SCENES),
        )


def _path(request: SceneRequest) -> bytes:
    scene = SCENES[request.index]
    size = f"{request.size.width}x{request.size.height}"
    name = f"{request.index:02d}-{scene.name}-{size}-v{EDITION}.jpg"
    return os.path.join(request.folder, name.encode())


def _kept(request: SceneRequest) -> FoundPhoto | None:
    path = _path(request)
    try:
        status = os.stat(path)
    except FileNotFoundError:
        return None
    return FoundPhoto(path, status.st_size, status.st_mtime_ns) if status.st_size else None


def _painted(request: SceneRequest) -> FoundPhoto:
    os.makedirs(request.folder, exist_ok=True)
    _sweep(request.folder)
    scene = SCENES[request.index]
    pixels = paint(scene.name, request.size.width, request.size.height, _SEED)
    image = pyvips.Image.new_from_array(pixels).copy(interpretation="srgb")
    data = image.jpegsave_buffer(Q=_JPEG_QUALITY, subsample_mode="off", optimize_coding=True)
    path = _path(request)
    folder, name = os.path.split(path)
    temporary = os.path.join(
        folder, b"." + name + b"." + str(os.getpid()).encode() + _TEMPORARY_SUFFIX
    )
    with open(temporary, "xb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, path)
    status = os.stat(path)
    return FoundPhoto(path, status.st_size, status.st_mtime_ns)


def _sweep(folder: bytes) -> None:
    """Remove what painters that are gone have left behind."""
    for entry in os.scandir(folder):
        if not (entry.name.startswith(b".") and entry.name.endswith(_TEMPORARY_SUFFIX)):
            continue
        owner = entry.name.split(b".")[-2]
        if not os.path.exists(b"/proc/" + owner):
            with contextlib.suppress(OSError):  # another painter was quicker
                os.unlink(entry.path)
