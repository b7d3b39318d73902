"""Start the library worker: `python -m stillframe.workers.library`."""

from stillframe.workers import loop
from stillframe.workers.library.io import LibraryHandler

if __name__ == "__main__":
    raise SystemExit(loop.main(LibraryHandler))
