"""Start the simulated scenes worker: `python -m simulated.scenes`."""

import worker_sim

if __name__ == "__main__":
    raise SystemExit(worker_sim.main("scenes"))
