"""Which images leave the mirror, so that it goes round and never runs dry.

Role: pure. Counterpart: `workers.feeds.mirror` removes them.

Guarantees: nothing leaves that is on screen or comes next; at least `min_images` stay, whatever has
expired; without new images nothing leaves but what is over a cap.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

# A little more than is needed is removed at once, so that not every new image removes one.
_SHRINK_TO = 0.8


@dataclass(frozen=True)
class Kept:
    """An image in the mirror; times are seconds since the epoch."""

    name: str
    size_bytes: int
    kept_s: float
    expires_s: float


@dataclass(frozen=True)
class Caps:
    """How large the mirror may be.

    Attributes:
        min_images: as many stay, even if they have expired.
        max_images: so many at most.
        max_bytes: together at most.
        max_age_s: none stays longer, unless it is one of the last.
    """

    min_images: int
    max_images: int
    max_bytes: int
    max_age_s: float


def leaving(
    images: Sequence[Kept], caps: Caps, wanted: Collection[str], now_s: float, *, added: int
) -> tuple[Kept, ...]:
    """Return what is to be removed, in this order.

    Args:
        images: all that the mirror has.
        caps: how large it may be.
        wanted: the names of those on screen or next.
        now_s: the time of day.
        added: how many images have come since the last time; as many expired ones may leave, for
            a mirror does not shrink while nothing replaces what it loses.
    """
    order = sorted(images, key=lambda image: (not _is_over(image, caps, now_s), image.kept_s))
    count, total_bytes = len(images), sum(image.size_bytes for image in images)
    # A folder that is full is brought well below, one that is not is left alone.
    most_bytes = caps.max_bytes * _SHRINK_TO if total_bytes > caps.max_bytes else caps.max_bytes
    gone: list[Kept] = []
    for image in order:
        too_many = count > caps.max_images or total_bytes > most_bytes
        replaced = _is_over(image, caps, now_s) and len(gone) < added
        if not (too_many or replaced) or count <= caps.min_images:
            break
        if image.name not in wanted:
            gone.append(image)
            count, total_bytes = count - 1, total_bytes - image.size_bytes
    return tuple(gone)


def _is_over(image: Kept, caps: Caps, now_s: float) -> bool:
    """Say whether an image's time is over. One from the future has met another clock: it is."""
    return not image.kept_s <= now_s < min(image.expires_s, image.kept_s + caps.max_age_s)
