"""Start the scene painter: `python -m stillframe.workers.scenes`."""

from stillframe.workers import loop
from stillframe.workers.scenes.io import ScenesHandler

if __name__ == "__main__":
    raise SystemExit(loop.main(ScenesHandler))
