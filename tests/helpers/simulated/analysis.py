"""Start the simulated analysis worker: `python -m simulated.analysis`."""

import worker_sim

if __name__ == "__main__":
    raise SystemExit(worker_sim.main("analysis"))
