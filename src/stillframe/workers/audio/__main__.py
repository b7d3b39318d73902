"""Start the audio worker: `python -m stillframe.workers.audio`."""

from stillframe.workers import loop
from stillframe.workers.audio.io import AudioHandler

if __name__ == "__main__":
    raise SystemExit(loop.main(AudioHandler))
