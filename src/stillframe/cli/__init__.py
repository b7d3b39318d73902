"""The commands: what a user types, and nothing that decides."""
