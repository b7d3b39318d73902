"""The worker that paints pictures for a screen whose owner has no photos yet."""
