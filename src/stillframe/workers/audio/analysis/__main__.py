"""Start the analysis worker: `python -m stillframe.workers.audio.analysis`."""

from stillframe.workers import loop
from stillframe.workers.audio.analysis.io import AnalysisHandler

if __name__ == "__main__":
    raise SystemExit(loop.main(AnalysisHandler))
