"""What turns sound into bars; pure so far: nothing starts it yet."""
