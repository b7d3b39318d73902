"""Start the simulated feeds worker: `python -m simulated.feeds`."""

import worker_sim

if __name__ == "__main__":
    raise SystemExit(worker_sim.main("feeds"))
