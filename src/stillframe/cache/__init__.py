"""What is kept decoded: keys, bytes, order of leaving.

Role: the show's memory of frames. Counterpart: each entry holds a lease on a slot of the image
worker's arena; whoever gets an evicted entry gives the lease back.

Guarantees: pure; no clock, no disk, no pixels are touched.
"""
