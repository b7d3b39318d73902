"""The command `stillframe top`.

Role: how a running show is, once a second. Counterpart: `cli.tables` lays it out.
"""

import contextlib
import signal
import time
from typing import TYPE_CHECKING, Final

import click

from stillframe.cli.asking import pid_option, running_show

if TYPE_CHECKING:
    from stillframe.contracts.status import ShowStatus

_LOOK_S: Final = 1.0


@click.command(short_help="Watch a running show.")
@pid_option
def top(pid: int | None) -> None:
    """Watch a running show and its workers, until Ctrl-C or the show's end."""
    from rich.console import Console
    from rich.live import Live

    from stillframe.cli.tables import show_tables, terminal_width

    console = Console(highlight=False)
    console.width = terminal_width(console.width, is_terminal=console.is_terminal)
    with running_show(pid) as client:
        found = client.status()
        if not console.is_terminal:
            console.print(show_tables(found, console.width))
            return
        # The command line ends at once by a signal; a screen that was taken over is put back first.
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.default_int_handler)
        with (
            contextlib.suppress(KeyboardInterrupt),
            Live(console=console, screen=True, auto_refresh=False) as live,
        ):
            shares: dict[int, float] = {}
            while True:
                live.update(show_tables(found, live.console.width, shares), refresh=True)
                time.sleep(_LOOK_S)
                before, found = found, client.status()
                shares = cpu_percent(before, found)


def cpu_percent(before: "ShowStatus", now: "ShowStatus") -> dict[int, float]:
    """Return the share of a processor that each process took between two looks, in percent."""
    elapsed_s = now.uptime_s - before.uptime_s
    earlier = _cpu_s(before)
    return {
        pid: 100 * (cpu_s - earlier.get(pid, 0.0)) / elapsed_s
        for pid, cpu_s in _cpu_s(now).items()
        if elapsed_s > 0
    }


def _cpu_s(show: "ShowStatus") -> dict[int, float]:
    """Return the processor time of each process of a show's workers, by its number."""
    first = {worker.pid: worker.cpu_s for worker in show.workers}
    return first | {it.pid: it.cpu_s for worker in show.workers for it in worker.others}
