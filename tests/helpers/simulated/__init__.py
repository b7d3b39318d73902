"""The modules that start one simulated worker each; see `worker_sim`."""
