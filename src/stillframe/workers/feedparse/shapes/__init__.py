"""The kinds of document that are read, one module each; `core` tries them in turn.

Each has `recognises(document, about)` and `read(document, about)`, as `document.Shape` says.
"""
