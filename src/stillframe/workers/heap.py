"""Giving memory back that nobody uses.

Role: one call of the C library. Counterpart: `workers.loop` makes it when a worker rests.

Guarantees: where the C library cannot do it, nothing happens.
"""

import ctypes


def give_back() -> None:
    """Give the system back what is free on the heap, wherever on it that lies.

    By itself glibc gives back only what lies at the heap's end: one small thing that lives on
    keeps all below it, and a decoder leaves free more than it needs between two photos.

    Source: malloc_trim(3).
    """
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # glibc has it
    if trim is not None:
        trim(0)
