"""Transitions in the open GL Transitions format, made into ours; pure text in, pure text out.

`tokens` cuts a file into words, `uniforms` reads what it may be given, `words` says which names it
may not have, `translate` puts it together, `complaints` tells a compiler's words in the lines of
the person's own file.
"""
