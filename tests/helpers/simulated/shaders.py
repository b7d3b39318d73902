"""Start the simulated shaders worker: `python -m simulated.shaders`."""

import worker_sim

if __name__ == "__main__":
    raise SystemExit(worker_sim.main("shaders"))
