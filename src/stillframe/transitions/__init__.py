"""What transitions there are, as data; no pixels and no numbers are made here.

`model` says what a transition says of itself, `registry` lists all of them, `declared/` holds one
file each, and `shaders/` the picture of each, with its baked form.
"""
