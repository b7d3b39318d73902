"""Start the shader baker: `python -m stillframe.workers.shaders`."""

from stillframe.workers import loop
from stillframe.workers.shaders.io import ShadersHandler

if __name__ == "__main__":
    raise SystemExit(loop.main(ShadersHandler))
