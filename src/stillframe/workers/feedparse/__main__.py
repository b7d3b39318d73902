"""Start the feed parser: `python -m stillframe.workers.feedparse`."""

from stillframe.workers import loop
from stillframe.workers.feedparse.io import FeedParseHandler

if __name__ == "__main__":
    raise SystemExit(loop.main(FeedParseHandler))
