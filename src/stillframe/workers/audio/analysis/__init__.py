"""The worker that listens to a whole file, as fast as it can."""
