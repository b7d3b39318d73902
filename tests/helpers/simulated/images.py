"""Start the simulated images worker: `python -m simulated.images`."""

import worker_sim

if __name__ == "__main__":
    raise SystemExit(worker_sim.main("images"))
