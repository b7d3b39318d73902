"""The image worker: one photo in, one scaled frame in shared memory out."""
