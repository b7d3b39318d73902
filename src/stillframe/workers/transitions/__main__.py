"""Start the transition worker: `python -m stillframe.workers.transitions`."""

from stillframe.workers import loop
from stillframe.workers.transitions.io import TransitionsHandler

if __name__ == "__main__":
    raise SystemExit(loop.main(TransitionsHandler))
