"""The worker that fetches feeds and mirrors their images; see `workers.feeds.io`."""
