"""Who starts the workers, watches them, and answers for them when they die.

Role: a worker is data (`spec`), decisions are pure (`restart`, `ledger`), one thread performs them
(`supervisor`). Counterpart: `workers.loop` in the children; `show.runtime` in front.

Guarantees:
- Every request ends in exactly one event: `Completed`, `Refused` or `Dropped`.
- A worker's death costs its own task one retry and nobody else anything.
- When the interface stops, or dies, no worker is left.
"""
