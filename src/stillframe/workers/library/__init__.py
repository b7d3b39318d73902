"""The library worker: a folder tree in, pages of photos out."""
