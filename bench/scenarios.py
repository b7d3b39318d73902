"""The show beside workers in trouble: each kind, each trouble, next to the same show without.

Role: `bench.pacing --scenario NAME`, or all of them with `--full`. Counterpart: `bench.troubled` is
the worker, `bench.worlds` what the show needs to ask it, `bench.show_child` the show.

Guarantees: a show in trouble and one at peace make a pair, played one after the other, now this one
first and now that; each number is the median over the pairs; only frames while a transition moves
are counted. A worker that was never in trouble makes no row: the bench fails. Whether the pace is
held is said of each scenario, and counted; a machine that is busy with other things is no failure.
"""

import os
import statistics
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from bench import table, worlds
from bench.orders import WINDOW_PX, Seen
from bench.rounds import turned
from bench.sample_photos import small_photos
from bench.shows import measures, play
from bench.troubled import HANDLERS, Fault, Trouble
from virtual_screen import VirtualScreen

PEER: Final = "at_peace"
P99_RATIO_AIM: Final = 1.25
STALL_AIM_MS: Final = 8.0
_DELAYS_S: Final = (0.1, 1.0, 10.0)
_SCREEN_PX: Final = (1280, 720)
SCENARIOS: Final = tuple(
    trouble
    for kind in HANDLERS
    for trouble in (
        *(Trouble(kind=kind, fault=Fault.SLOW, delay_s=delay_s) for delay_s in _DELAYS_S),
        *(Trouble(kind=kind, fault=fault) for fault in Fault if fault is not Fault.SLOW),
    )
)


@dataclass(frozen=True)
class Summary:
    """What came of some scenarios.

    Attributes:
        notes: what is said of each; the last one counts.
        never: scenarios whose worker was not in trouble. They make no row: the bench has failed.
    """

    rows: list[table.Row]
    notes: list[str]
    never: tuple[str, ...]


@dataclass(frozen=True)
class Pair:
    """One show in trouble, and one at peace beside it."""

    trouble: Seen
    peace: Seen


@dataclass(frozen=True)
class Verdict:
    """Whether the show kept its pace in one scenario."""

    p99_ratio: float
    stall_ms: float
    peace_stall_ms: float
    own_work_ms: float
    """Of the interface's thread during a stall; the rest waited for Qt or for a processor."""

    @property
    def keeps_pace(self) -> bool:
        """Whether frames come as at peace."""
        return self.p99_ratio <= P99_RATIO_AIM

    @property
    def answers_keys(self) -> bool:
        """Whether the interface's thread was never away for long."""
        return self.stall_ms < STALL_AIM_MS

    def said(self) -> str:
        """Return it in words."""
        pace, stall = ("holds" if ok else "MISSED" for ok in (self.keeps_pace, self.answers_keys))
        return (
            f"p99 x{self.p99_ratio:.2f} (at most {P99_RATIO_AIM:g}: {pace}), longest stall "
            f"{self.stall_ms:.1f} ms, {self.peace_stall_ms:.1f} at peace "
            f"(under {STALL_AIM_MS:g}: {stall}), of them {self.own_work_ms:.1f} work"
        )


def named(name: str) -> tuple[Trouble, ...]:
    """Return the scenarios that a name stands for: one, or all of a kind, or `all`.

    Raises:
        ValueError: if there is none, naming those that there are.
    """
    found = tuple(t for t in SCENARIOS if name in (t.name, t.kind, t.fault.value, "all"))
    if not found:
        raise ValueError(f"no scenario {name!r}: {', '.join(t.name for t in SCENARIOS)}")
    return found


def played(troubles: Sequence[Trouble], pairs: int) -> Summary:
    """Play them, so many pairs of shows of each."""
    photos = small_photos(*WINDOW_PX)
    with VirtualScreen(*_SCREEN_PX) as screen, worlds.served(photos) as feeds:
        environ = screen.environ(os.environ)

        def show(kind: str, trouble: Trouble | None) -> Seen:
            with tempfile.TemporaryDirectory(prefix="stillframe-bench-") as home:
                order = worlds.order(kind, photos, feeds, Path(home))
                return play(msgspec.structs.replace(order, trouble=trouble), environ)

        return summed_up({it: _pairs(it, pairs, show) for it in troubles})


def _pairs(trouble: Trouble, count: int, show: Callable[[str, Trouble | None], Seen]) -> list[Pair]:
    pairs = []
    for number in range(count):
        seen = {it: show(trouble.kind, it) for it in turned((trouble, None), number)}
        pairs.append(Pair(seen[trouble], seen[None]))
    return pairs


def summed_up(shows: dict[Trouble, list[Pair]]) -> Summary:
    """Return what is to be shown of what was played."""
    never = [it for it, pairs in shows.items() if not all(p.trouble.faults for p in pairs)]
    found: list[table.Row] = []
    notes, verdicts = [], []
    for trouble, pairs in shows.items():
        if trouble in never:
            continue
        ours, peace = (measures([getattr(p, side) for p in pairs]) for side in ("trouble", "peace"))
        found += [
            table.Row(trouble.name, metric, "ms", value, {PEER: peace[metric]})
            for metric, value in ours.items()
        ]
        verdicts.append(verdict(pairs))
        faults = statistics.median(pair.trouble.faults for pair in pairs)
        shown = [
            sum(len(seen.motions) for seen in side)
            for side in ([p.trouble for p in pairs], [p.peace for p in pairs])
        ]
        notes.append(
            f"{trouble.name}: {verdicts[-1].said()}; in trouble {faults:g} times a show; "
            f"{shown[0]} transitions, {shown[1]} at peace"
        )
    return Summary(found, [*notes, _count(verdicts)], tuple(trouble.name for trouble in never))


def verdict(pairs: Sequence[Pair]) -> Verdict:
    """Judge a scenario by the medians over its pairs."""
    ours, peace = (measures([getattr(p, side) for p in pairs]) for side in ("trouble", "peace"))
    p99, stall = "interval_p99_ms", "settled_stall_ms_max"
    return Verdict(ours[p99] / peace[p99], ours[stall], peace[stall], ours["own_work_ms_max"])


def _count(verdicts: Sequence[Verdict]) -> str:
    paced = sum(verdict.keeps_pace for verdict in verdicts)
    quick = sum(verdict.answers_keys for verdict in verdicts)
    own = sum(verdict.own_work_ms < STALL_AIM_MS for verdict in verdicts)
    missed_at_peace = sum(verdict.peace_stall_ms >= STALL_AIM_MS for verdict in verdicts)
    return (
        f"of {len(verdicts)} scenarios, {paced} keep p99 within {P99_RATIO_AIM:g} of the show at "
        f"peace; {quick} keep the longest stall under {STALL_AIM_MS:g} ms, which the show at peace "
        f"misses beside {missed_at_peace}; {own} keep the work in it under that"
    )
