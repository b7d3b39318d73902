"""The worker that makes a person's transitions into something that the screen can play."""
