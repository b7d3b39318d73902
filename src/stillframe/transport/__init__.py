"""Moving it: messages through channels, frames through shared memory, work through a backlog.

Role: everything between two processes that is not a decision. Counterpart: `contracts` says what
is moved; `supervision` and `workers` hold the two ends.

Guarantees: nothing here blocks unless its name says `wait`; nothing is named in a file system, so
nothing is left behind by any death.
"""
