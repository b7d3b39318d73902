"""The sandbox: what holds a worker to the few things that it has to do.

Role: applies the kernel's means one after another and tries each. Counterpart: `workers.loop` calls
it once, between loading code and running it; `contracts.sandbox` says what is asked and reported.

Guarantees:
- The order is that of `Layer`: no new privileges first, because the filter needs it.
- A host that lacks a layer still gets the others; the report says which and what to do.
- A layer is `on` only if it refused what was tried. The worker runs on in any case.
"""

from collections.abc import Callable

from stillframe.contracts.sandbox import Layer, LayerReport, Sandbox
from stillframe.workers.confinement import landlock, limits, reports, seccomp, selftest
from stillframe.workers.confinement.kernel import Kernel
from stillframe.workers.confinement.reports import UnsupportedError
from stillframe.workers.confinement.selftest import Outcome


def confine(sandbox: Sandbox, kernel: Kernel | None = None) -> tuple[LayerReport, ...]:
    """Hold this process to a sandbox, for good, and say how well.

    Args:
        sandbox: what stays possible.
        kernel: another one, for a test.
    """
    system = kernel or Kernel()
    unbound = _other_threads(system)  # while /proc can be read
    return (
        _held(
            Layer.NO_NEW_PRIVILEGES,
            lambda: _give_up_privileges(system),
            lambda: Outcome(() if system.no_new_privileges() else ("new privileges",), ()),
        ),
        _held(
            Layer.LIMITS,
            lambda: limits.apply(system, sandbox),
            lambda: selftest.limits(sandbox),
        ),
        _held(
            Layer.LANDLOCK,
            lambda: landlock.apply(system, sandbox),
            lambda: _try_landlock(system, sandbox, unbound),
        ),
        _held(
            Layer.SECCOMP,
            lambda: seccomp.apply(system, sandbox),
            lambda: selftest.seccomp(system, sandbox),
        ),
    )


def _held(layer: Layer, apply: Callable[[], str], attempt: Callable[[], Outcome]) -> LayerReport:
    try:
        note = apply()
        outcome = attempt()
    except UnsupportedError as error:
        return reports.unsupported(layer, error)
    except OSError as error:
        return reports.broken(layer, f"it cannot be applied: {error}")
    if outcome.through:
        return reports.broken(layer, reports.got_through(outcome.through))
    return reports.on(layer, reports.with_untried(note, outcome.untried))


def _give_up_privileges(kernel: Kernel) -> str:
    kernel.set_no_new_privileges()
    return ""


def _other_threads(kernel: Kernel) -> tuple[str, ...]:
    """Say which threads Landlock will not bind: it binds this one, and those that it starts."""
    try:
        others = kernel.tasks() - 1
    except OSError as error:
        return (f"other threads, which cannot be counted ({error.strerror})",)
    return (f"{others} threads that were there before",) if others else ()


def _try_landlock(kernel: Kernel, sandbox: Sandbox, unbound: tuple[str, ...]) -> Outcome:
    outcome = selftest.landlock(kernel, sandbox, landlock.version_of(kernel))
    return outcome._replace(through=(*outcome.through, *unbound))
