"""How a bench says what it found.

Role: a table for people, then one line of JSON for programs. Counterpart: every bench hands its
rows to `show`; whoever compares runs reads the last line.

Guarantees: the JSON is the last line of the output; a ratio is ours divided by the peer's; a peer
without a number is not there.
"""

import itertools
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True)
class Row:
    """One number of ours, beside the same number of each peer."""

    case: str
    metric: str
    unit: str
    ours: float
    peers: dict[str, float] = field(default_factory=dict)

    @property
    def ratio(self) -> dict[str, float]:
        """Ours divided by each peer's; a peer of zero has none."""
        return {name: self.ours / value for name, value in self.peers.items() if value}


def show(bench: str, rows: Sequence[Row], *, notes: Sequence[str] = ()) -> None:
    """Print the table, the notes under it, and the line of JSON."""
    console = Console(width=max(100, Console().width))
    # Rows that stand beside the same peers make one table: many peers in one would not fit.
    for number, (peers, group) in enumerate(itertools.groupby(rows, lambda row: tuple(row.peers))):
        console.print(_table("" if number else bench, peers, group))
    for note in notes:
        console.print(note, highlight=False, markup=False, soft_wrap=True)
    print(json.dumps({"bench": bench, "rows": [_plain(row) for row in rows]}), flush=True)


def _table(title: str, peers: Sequence[str], rows: Iterable[Row]) -> Table:
    table = Table(title=title)
    for heading in ("case", "metric"):
        table.add_column(heading, no_wrap=True)
    for heading in ("ours", *peers):
        table.add_column(heading, justify="right", no_wrap=True)
    for row in rows:
        beside = (_beside(row, name) for name in peers)
        table.add_row(row.case, f"{row.metric}, {row.unit}", _number(row.ours), *beside)
    return table


def _beside(row: Row, peer: str) -> str:
    if peer not in row.peers:
        return ""
    ratio = row.ratio.get(peer)
    return _number(row.peers[peer]) + ("" if ratio is None else f" (x{ratio:.2f})")


def _number(value: float) -> str:
    return f"{value:.1f}" if abs(value) >= 100 else f"{value:.2f}"


def _plain(row: Row) -> dict[str, object]:
    return {
        "case": row.case,
        "metric": row.metric,
        "unit": row.unit,
        "ours": round(row.ours, 3),
        "peers": {name: round(value, 3) for name, value in row.peers.items()},
        "ratio": {name: round(value, 3) for name, value in row.ratio.items()},
    }
