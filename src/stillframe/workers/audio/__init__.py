"""The worker that listens, and says what is heard."""
