"""The child processes.

Each is a package of one shape: `__main__` starts it, `core` decides, `io` touches the world.
`loop` is shared, `handler` is what a new kind writes.

Role: everything heavy or risky. Counterpart: `supervision` starts them by module name and never
imports them. A worker imports no other worker, no Qt, nothing of the show.
"""
