"""Start the feeds worker: `python -m stillframe.workers.feeds`."""

from stillframe.workers import loop
from stillframe.workers.feeds.io import FeedsHandler

if __name__ == "__main__":
    raise SystemExit(loop.main(FeedsHandler))
