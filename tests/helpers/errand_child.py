"""A program that is sent: as it is told, it ends, stays, works for ever, or never begins.

Arguments: what to do, and the number of the process that sent it.
"""

import os
import signal
import sys


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main(what: str, parent: str) -> int:
    if what == "silent":
        signal.pause()
    say("begun")
    say(f"niceness {os.nice(0)}, sent by {parent}")
    sys.stderr.write("first\nlast\n")
    if what == "stay":
        signal.pause()
    if what == "flood":
        say("x" * 1_000_000)
    while what == "work":
        pass
    return 7 if what == "fail" else 0


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:]))
