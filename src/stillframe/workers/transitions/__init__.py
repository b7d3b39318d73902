"""The worker that bakes what transitions need before they run."""
