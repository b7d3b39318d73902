"""Which photo next: pure choices over what the scan has found.

Role: the order of the show. Counterpart: `show.director` asks; `workers.library` supplies.

Guarantees: no disk, no clock, no global randomness; every call costs the same however large the
library is, because it runs on the interface's thread.
"""
