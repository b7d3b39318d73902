"""Start the image worker: `python -m stillframe.workers.images`."""

from stillframe.workers import loop
from stillframe.workers.images.io import ImageHandler

if __name__ == "__main__":
    raise SystemExit(loop.main(ImageHandler))
