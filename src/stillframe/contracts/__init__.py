"""What crosses a process boundary, and nothing else.

Role: the one description of every message, pixel layout, shared-memory header, size cap and
error that two of our processes exchange. Counterpart: `transport` moves these, `workers` and
`supervision` speak them; `docs/wire/v1.md` is the same text for people.

Guarantees:
- Only the standard library and msgspec are imported.
- Every message is frozen, tagged and decoded with full type validation; pickle is never used.
- Times are nanoseconds of the monotonic clock. Paths and cache keys are bytes: a Linux file name
  need not be UTF-8.
- A change of any encoded byte changes a golden file in `tests/contracts/golden`.
"""
