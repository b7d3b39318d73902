"""Start the simulated library worker: `python -m simulated.library`."""

import worker_sim

if __name__ == "__main__":
    raise SystemExit(worker_sim.main("library"))
