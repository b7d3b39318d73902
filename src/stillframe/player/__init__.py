"""The window: Qt and QML live here and nowhere else.

Role: shows what the director says. Counterpart: `show.runtime`, through its `Stage` protocol.

Guarantees: no pixel is touched or copied in Python; a transition, once begun, needs neither the
interface's thread nor Python.
"""
