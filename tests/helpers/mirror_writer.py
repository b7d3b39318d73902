"""A process that keeps images in a mirror until it is killed: `mirror_writer.py FOLDER PHOTO`."""

import itertools
import os
import sys
from pathlib import Path

from stillframe.contracts.feeds import ImageMetadata
from stillframe.workers.feeds.mirror import Mirror
from stillframe.workers.feeds.rotation import Caps

CAPS = Caps(min_images=2, max_images=30, max_bytes=1 << 30, max_age_s=1e9)
NOW_S = 1_795_428_000.0


def main(folder: str, photo: str) -> None:
    """Say when it begins, then keep one image after the other."""
    content = Path(photo).read_bytes()
    mirror = Mirror(folder.encode(), CAPS, now_s=NOW_S)
    for number in itertools.count():
        item = ImageMetadata(
            url=f"https://a.example/{number}",
            title="",
            ts_s=NOW_S,
            priority=50,
            ttl_s=60.0,
            source="https://a.example/feed",
        )
        mirror.keep(item, content + os.urandom(8), NOW_S + number)
        mirror.rotate((), NOW_S + number)
        sys.stdout.write(f"{number}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
