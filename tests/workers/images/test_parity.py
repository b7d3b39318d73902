"""The cache's parity: what comes by slot and promotion is what a decode at once would give.

The other way is the same pipeline in this process, into plain memory: no worker, no slot, no cache.
"""

import os
from pathlib import Path

import pytest
from PySide6.QtCore import QSize

from photos import shipped
from stillframe.cache.frames import CachedFrame, FrameCache, Promotion
from stillframe.cache.keys import scaled_key
from stillframe.contracts.images import (
    Colour,
    ImageRequest,
    ImageResult,
    Mode,
    Profile,
    RatioPolicy,
)
from stillframe.contracts.pixels import Size
from stillframe.player.frames import FrameProvider
from stillframe.transport.arena import ArenaShape
from stillframe.workers import vips
from stillframe.workers.images.core import plan_frame
from stillframe.workers.images.io import _to_rgba
from stillframe.workers.images.photo import NativePhoto
from worker_child import WorkerChild

SHAPE = ArenaShape(2, 4096 + 640 * 360 * 4)
TARGET = Size(320, 180)


def at_once(path: Path, mode: Mode) -> bytes:
    """Decode in this process, into plain memory."""
    vips.set_up()
    with path.open("rb") as file:
        photo = NativePhoto(file.fileno())
        plan = plan_frame(photo.upright, TARGET, mode)
        image = _to_rgba(photo.reduced(plan, Colour.SRGB))
        return bytes(image.write_to_memory())


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("name", ["astronaut.png", "coffee.png", "rocket.jpg"])
def test_a_promoted_frame_is_a_decode_at_once_to_the_byte(name: str, mode: Mode) -> None:
    path, profile = shipped(name), Profile(mode=mode)
    with WorkerChild.ready("images", SHAPE) as child:
        assert child.arena is not None
        grant = child.arena.reserve(child.pid)
        key = scaled_key(os.fsencode(path), TARGET, profile)
        request = ImageRequest(
            seq=1,
            correlation_id=0,
            worker="images",
            ts_req_ns=1,
            deadline_ns=2,
            path=os.fsencode(path),
            target_size=TARGET,
            profile=profile,
            cache_key=key,
            ratio_policy=RatioPolicy(),
            slot=grant,
        )
        child.channel.send(request)
        result = child.receive()
        assert isinstance(result, ImageResult)
        assert grant is not None
        lease = child.arena.lease(grant, seq=1)
        cache = FrameCache(SHAPE.total_bytes)
        cache.put(CachedFrame(key, lease, SHAPE.slot_bytes))
        cache.promote(key, Promotion.IMAGE)
        promoted = cache.get(key)
        assert promoted is not None
        assert promoted.lease is lease, "the screen uses the very object that was prefetched"
        assert promoted.generation == grant.generation
        provider = FrameProvider()
        name_of_image = provider.register(promoted).rpartition("/")[2]
        image = provider.requestImage(name_of_image, QSize(), QSize())
        shown = bytes(image.constBits())
        assert (image.width(), image.height()) == (lease.header.width, lease.header.height)
        assert shown == bytes(lease.pixels) == at_once(path, mode)
        del image, shown
