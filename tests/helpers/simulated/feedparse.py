"""Start the simulated feedparse worker: `python -m simulated.feedparse`."""

import worker_sim

if __name__ == "__main__":
    raise SystemExit(worker_sim.main("feedparse"))
