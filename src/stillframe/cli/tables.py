"""A show's status as tables.

Role: from `ShowStatus` to what rich prints. Counterpart: `cli.status` prints it once, `cli.top`
again and again.

Guarantees: what a file's name or a worker says is printed as it is: it can neither steer the
terminal nor be taken for markup.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from stillframe.contracts.sandbox import LayerReport, LayerState
from stillframe.contracts.status import Percentiles, ProcessStatus, ShowStatus, WorkerStatus
from stillframe.library.photos import printable

_MIB = 1 << 20
_PROCESS_TITLES = ("worker", "state", "standby", "pid", "up", "cpu", "memory", "sandbox")
_WORK_TITLES = ("worker", "queue", "done", "drops", "p50/p99 ms", "slots", "restarts")
_WITH_THE_FIRST = ("",) * (len(_WORK_TITLES) - 1)
_NUMBERS = {"pid", "up", "cpu", "memory", "queue", "done", "drops", "p50/p99 ms", "slots"}
# Both halves side by side, with a cause or two behind the restarts.
_ONE_TABLE_COLUMNS = 132
_WORST_FIRST = (LayerState.BROKEN, LayerState.UNSUPPORTED, LayerState.OFF, LayerState.ON)


def show_tables(
    show: ShowStatus, width: int, cpu_percent: Mapping[int, float] | None = None
) -> RenderableType:
    """Return everything that a status says, for a terminal of `width` columns.

    With `cpu_percent`, by process number, the processor column is a share; else seconds.
    """
    parts: list[RenderableType] = [_show_lines(show)]
    rows = [row for worker in show.workers for row in _rows(worker, cpu_percent)]
    if width >= _ONE_TABLE_COLUMNS:
        joined = [process + work[1:] for process, work in rows]
        parts += ["", _table(_PROCESS_TITLES + _WORK_TITLES[1:], joined)]
    else:
        parts += ["", _table(_PROCESS_TITLES, [process for process, _ in rows])]
        parts += ["", _table(_WORK_TITLES, [work for _, work in rows])]
    if show.notes:
        parts += ["", *(plain(note) for note in show.notes)]
    return Group(*parts)


def terminal_width(columns: int, *, is_terminal: bool) -> int:
    """Return how many columns to use: all there are, or enough where there is no terminal."""
    return columns if is_terminal else max(columns, _ONE_TABLE_COLUMNS)


def plain(said: str) -> Text:
    """Return text from outside, harmless."""
    return Text(printable(said.encode("utf-8", "backslashreplace")))


def _show_lines(show: ShowStatus) -> Table:
    cache, grid = show.cache, Table.grid(padding=(0, 2))
    state = "paused" if show.paused else "playing"
    grid.add_row("show", plain(f"process {show.pid}, {state} for {_span(show.uptime_s)}"))
    grid.add_row("photo", plain(show.photo or "none yet"))
    skipped = _counts(show.skipped)
    grid.add_row("shown", plain(f"{show.photos_shown}{skipped and f'; skipped: {skipped}'}"))
    grid.add_row("folders", plain(f"{show.pools.local} photos, {show.shown.local} shown"))
    if show.pools.feed or show.shown.feed:
        grid.add_row("feeds", plain(f"{show.pools.feed} photos, {show.shown.feed} shown"))
    used = f"{cache.entries} photos, {_mib(cache.used_bytes)} of {_mib(cache.cap_bytes)}"
    grid.add_row("cache", plain(used))
    grid.add_row("frames", plain(_frames(show.frame_interval)))
    return grid


def _table(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for title in titles:
        table.add_column(title, justify="right" if title in _NUMBERS else "left", no_wrap=True)
    for row in rows:
        table.add_row(*(plain(cell) for cell in row))
    return table


def _rows(
    worker: WorkerStatus, cpu_percent: Mapping[int, float] | None
) -> Iterable[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Yield what a kind's processes are, and beside the first what they have done together."""
    sandbox = _sandbox(worker.layers) if worker.pid else "-"
    process = _process(worker, cpu_percent)
    yield (worker.name, worker.state, worker.standby or "-", *process, sandbox), _work(worker)
    for other in worker.others:
        process = _process(other, cpu_percent)
        yield (worker.name, other.state, "-", *process, sandbox), (worker.name, *_WITH_THE_FIRST)


def _process(
    process: WorkerStatus | ProcessStatus, cpu_percent: Mapping[int, float] | None
) -> tuple[str, ...]:
    if cpu_percent is None:
        cpu = f"{process.cpu_s:.1f} s"
    else:
        cpu = f"{cpu_percent.get(process.pid, 0.0):.0f} %"
    return (
        str(process.pid or "-"),
        _span(process.uptime_s) if process.pid else "-",
        cpu,
        _mib(process.memory_bytes) if process.pid else "-",
    )


def _work(worker: WorkerStatus) -> tuple[str, ...]:
    latency, arena = worker.latency, worker.arena
    free = arena.stages.get("free", 0) if arena else 0
    return (
        worker.name,
        f"{worker.queued + worker.in_flight}/{worker.queue_cap}",
        str(worker.completed),
        str(sum(worker.dropped.values()) + worker.stale),
        f"{latency.p50_ms:.0f}/{latency.p99_ms:.0f}" if latency.count else "-",
        f"{arena.slot_count - free}/{arena.slot_count}" if arena else "-",
        _restarts(worker),
    )


def _restarts(worker: WorkerStatus) -> str:
    return f"{worker.restarts} ({_counts(worker.causes)})" if worker.restarts else "0"


def _frames(intervals: Percentiles) -> str:
    if not intervals.count:
        return "nothing has moved yet, or frames are not measured (show.measure)"
    return (
        f"{intervals.p50_ms:.0f} ms each, 99 of 100 within {intervals.p99_ms:.0f} ms, "
        f"the longest {intervals.max_ms:.0f} ms, of {intervals.count}"
    )


def _sandbox(layers: Iterable[LayerReport]) -> str:
    """Return the worst state of any layer, and which layers are in it."""
    states = {layer.layer.value: layer.state for layer in layers}
    for state in _WORST_FIRST:
        names = [name for name, found in states.items() if found is state]
        if names and state is not LayerState.ON:
            return f"{state.value}: {', '.join(names)}"
    return LayerState.ON.value if states else LayerState.OFF.value


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{word} x{count}" for word, count in sorted(counts.items()))


def _mib(size_bytes: int) -> str:
    return f"{size_bytes / _MIB:.0f} MiB"


def _span(seconds: float) -> str:
    return str(dt.timedelta(seconds=min(round(seconds), 86_400 * 10_000)))
