"""Where sound comes from: what the computer plays, a microphone, a file, or a seed."""
