"""A conversation with a shader baker of a command's own.

Role: has a person's transitions baked and tried now. Counterpart: `show.shading` holds the
conversation; `cli.adding` and `cli.transitions` tell what came of it.

Guarantees: when it returns, no worker is left; each file was told once, or none after one that
could not be had for a reason that holds for all.
"""

import os
import random
import threading
from collections.abc import Callable, Sequence

from stillframe.cli.display import display_problem
from stillframe.cli.play import places_of
from stillframe.settings import Settings
from stillframe.show.shading import SHADERS, Bakery
from stillframe.show.specs import worker_specs
from stillframe.show.trying import Trial, keep
from stillframe.supervision.supervisor import Supervisor
from stillframe.transitions.dropped import Dropped
from stillframe.transport.arena import ArenaShape

_LOOK_AGAIN_S = 0.5


def bake_now(
    files: Sequence[Dropped],
    settings: Settings,
    told: Callable[[Dropped, str], object],
    untried: Callable[[str], object] = str,
) -> None:
    """Have files baked and, where there is a display, tried, one after the other.

    Args:
        files: which.
        settings: say whether the worker is confined.
        told: gets each file with what is wrong with it; empty for one that can be played.
        untried: told why a file was not tried; by default nobody is.
    """
    rung = threading.Event()
    specs = [
        spec
        for spec in worker_specs(settings, ArenaShape(1, 1 << 16), places_of(()))
        if spec.name == SHADERS
    ]
    with Supervisor(
        specs,
        notify=rung.set,
        environ=os.environ,
        rng=random.Random(),  # noqa: S311 - jitter of restarts
    ) as supervisor:
        problem = display_problem(os.environ)
        if problem is not None and files:
            untried(problem)
        trial = Trial(keep, lambda _, why: untried(why), niceness=0)
        bakery = Bakery(
            tuple(files),
            supervisor,
            lambda file: told(file, ""),
            told,
            trial if problem is None else None,
        )
        bakery.begin()
        # Every file ends: the worker has a limit for each, and the supervisor one for the worker.
        while bakery.busy:
            rung.wait(_LOOK_AGAIN_S)
            rung.clear()
            while (event := supervisor.take()) is not None:
                bakery.take(event)
