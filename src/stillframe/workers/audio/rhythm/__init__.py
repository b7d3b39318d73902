"""From samples to onsets, tempo and beats, as a live tracker says them.

`onsets` hears that something began, `tempo` knows which tempi there are, `beats` follows one beat
through them, `tracker` is what others call. Pure: no device, no thread, no clock.
"""
