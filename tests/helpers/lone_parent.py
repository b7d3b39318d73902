"""A parent that has nothing but children: what it opens and closes is theirs.

In a process of a test run, threads and garbage of other tests open and close descriptors too. Each
command ends with status 0 if all is well, and says what is not.
"""

import errno
import itertools
import os
import resource
import select
import sys
from collections.abc import Callable, Mapping

from crew import SHAPE, environment, unruly_spec
from stillframe.supervision.process import Child, Lent
from stillframe.transport.arena import Arena


def nothing_stays(arena: Arena) -> None:
    """Have children come and go, and see that nothing of them stays open."""
    before = opened()
    for _ in range(3):
        child = Child(unruly_spec(), Lent(arena), environment())
        assert len(opened()) > len(before)
        child.kill()
        select.select([child.pidfd], [], [])  # who started us is patient only for a while
        assert child.reap() == "signal 9"
        child.close()
        assert opened() == before


def none_is_left(arena: Arena) -> None:
    """Start children where there are too few descriptors, and see that nothing stays open."""
    before, (soft, hard) = opened(), resource.getrlimit(resource.RLIMIT_NOFILE)
    for spare in range(6):
        resource.setrlimit(resource.RLIMIT_NOFILE, (limit_that_leaves(spare), hard))
        try:
            number = refusal(arena)
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        assert number == errno.EMFILE
        assert opened() == before


def refusal(arena: Arena) -> int:
    """Return the number of the error with which a child is not started; 0 if it is."""
    try:
        Child(unruly_spec(), Lent(arena), environment())
    except OSError as error:
        return error.errno or 0
    return 0


def opened() -> dict[str, str]:
    """Return what is open: where each descriptor leads."""
    folder = "/proc/self/fd"
    found = {}
    for name in os.listdir(folder):
        try:
            found[name] = os.readlink(f"{folder}/{name}")
        except FileNotFoundError:  # of the folder itself
            continue
    return found


def limit_that_leaves(spare: int) -> int:
    """Return the limit on descriptors under which so many are free."""
    used = {int(fd) for fd in opened()}
    free = (fd for fd in itertools.count() if fd not in used)
    return next(itertools.islice(free, spare, None))


COMMANDS: Mapping[str, Callable[[Arena], None]] = {
    "nothing-stays": nothing_stays,
    "none-is-left": none_is_left,
}


if __name__ == "__main__":
    COMMANDS[sys.argv[1]](Arena(SHAPE))
