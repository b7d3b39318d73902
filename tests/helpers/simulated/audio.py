"""Start the simulated audio worker: `python -m simulated.audio`."""

import worker_sim

if __name__ == "__main__":
    raise SystemExit(worker_sim.main("audio"))
