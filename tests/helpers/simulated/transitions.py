"""Start the simulated transitions worker: `python -m simulated.transitions`."""

import worker_sim

if __name__ == "__main__":
    raise SystemExit(worker_sim.main("transitions"))
