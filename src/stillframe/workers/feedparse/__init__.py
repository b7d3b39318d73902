"""The worker that reads what was fetched; see `workers.feedparse.io`."""
