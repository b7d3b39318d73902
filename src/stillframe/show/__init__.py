"""What happens next, and what carries it out.

Role: `director` decides (events in, commands out; no IO, no clock, no Qt), `sources` decides where
photos come from, `runtime` performs both with the supervisor and a stage. Counterpart: `player`
is the stage; `supervision` does the work.

Guarantees: nothing here waits, locks, or walks anything that grows with the library.
"""
