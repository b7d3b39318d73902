"""The page of all figures: docs/benchmarks.md.

Role: pure: what the benches said, and where, becomes a page. Counterpart: `bench.__main__` runs
them and writes it.

Guarantees: every number on the page is one that a bench printed in that run, and stands beside the
bench whose command is on the page; a bench that failed is named.
"""

import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

_HEAD: Final = """# Benchmarks

Written by `./run bench`; nothing here is typed by hand. Each bench is `python -m bench.NAME`, which
says what it measures and how (`--help`). Contenders take turns within one run; medians are quoted.
A ratio is ours divided by the peer's.
"""


@dataclass(frozen=True)
class Run:
    """One bench's run: its command, and the rows of its last line; None if it failed."""

    command: str
    rows: Sequence[Mapping[str, Any]] | None

    @property
    def name(self) -> str:
        """The bench, and what it was asked for; how long it took its time is in the command."""
        words = self.command.rpartition("bench.")[2].split()
        return " ".join(word for word in words if word != "--full")


def machine() -> str:
    """Return what the figures were measured on, as far as it matters to them."""
    cores = memory = "?"
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        lines = file.read().splitlines()
        cores = str(sum(line.startswith("processor") for line in lines))
        named = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
        model = named[0] if named else "?"
    with open("/proc/meminfo", encoding="utf-8") as file:
        memory = f"{int(file.readline().split()[1]) / (1 << 20):.0f} GiB"
    system = f"{platform.system()} {platform.release()}"
    return f"{cores} processors ({model}), {memory}, {system}, CPython {platform.python_version()}"


def page(runs: Sequence[Run], *, left: Sequence[str] = (), date: str, where: str) -> str:
    """Return the page of what was run; `left` is what was not, or not yet."""
    parts = [_HEAD, f"Date: {date}. Machine: {where}. Screen: software GL on a virtual display.\n"]
    if left:
        parts.append(f"Not in this run: {', '.join(left)}.\n")
    failed = [run.command for run in runs if run.rows is None]
    if failed:
        parts.append(f"Failed in this run: {', '.join(f'`{command}`' for command in failed)}.\n")
    parts.append("Commands, in the order in which they ran:\n")
    parts += [f"- `{run.command}`" for run in runs]
    parts.append("\n| bench | case | metric | ours | peers (ratio) |\n|---|---|---|---|---|")
    for run in runs:
        parts += [_line(run.name, row) for row in run.rows or ()]
    return "\n".join(parts) + "\n"


def _line(bench: str, row: Mapping[str, Any]) -> str:
    ratio = {name: f" (x{value:.2f})" for name, value in row["ratio"].items()}
    peers = ", ".join(
        f"{name} {_number(value)}{ratio.get(name, '')}" for name, value in row["peers"].items()
    )
    metric = f"{row['metric']}, {row['unit']}"
    return f"| {bench} | {row['case']} | {metric} | {_number(row['ours'])} | {peers} |"


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
