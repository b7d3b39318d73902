"""Whether the screen keeps its pace while photos are decoded, and while Python is held up.

Role: measures the time between frames of real shows. Counterpart: `bench.show_child` plays each
show in a process of its own; here they are ordered, gathered and compared.

Cases: `idle` is the baseline, with nothing to decode; `saturated` has a supervised image worker
that never rests; `stalled` is that with Python held up for 500 ms every 2 s; `in_process` decodes
in threads of the interface's own process. `idle_stalled` and `in_process_stalled` are run by
`--full`. `late` says of the idle shows how long the interface's thread was away, and how much of
that it waited in Qt to hand a frame over to the render thread. `garbage` is of an idle show of its
own: the pauses that collections made as it played, and what full ones take at its end.

`--scenario NAME` plays shows with a worker in trouble, each beside the same show at peace, instead:
`images-slow-1`, `audio-dead`, a kind, a trouble, or `all`. It plays a pair of each, with `--full`
several (`bench.scenarios`), and says of each whether the aims are met.

Guarantees: the cases take turns; each number is the median over the rounds. Qt's log counts whole
milliseconds, so a percentile is interpolated within its millisecond, as of grouped data. Nothing
throttles frames here, and software GL draws with a thread a core, so drawing alone wants the whole
machine: any processor time that a worker takes is seen.
"""

import argparse
import importlib.util
import os
import shutil
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from bench import rounds, scenarios, table
from bench.orders import WINDOW_PX, Order, Seen
from bench.rounds import Pace
from bench.sample_photos import NoPhotoError, large_photos, small_photos
from bench.shows import garbage_rows, late_rows, measures, percentile_ms, play
from virtual_screen import VirtualScreen

_BASELINE: Final = "idle"
_SCREEN_PX: Final = (1280, 720)
_QUICK_ROUNDS, _QUICK_PLAY_S = 3, 3.8
_FULL_ROUNDS, _FULL_PLAY_S = 5, 24.0
_QUICK_S: Final = 47.0  # and a show for garbage
_QUICK_PAIRS, _FULL_PAIRS = 1, 3
# Beside threads that decode, a busy machine may take longer than a quick show to begin one.
_PATIENCE_S: Final = 40.0
_QUICK_GARBAGE_S, _FULL_GARBAGE_S = 6.0, 180.0


@dataclass(frozen=True)
class Case:
    """A kind of show: what decodes meanwhile, and whether Python is held up."""

    name: str
    load: str
    stalls: bool = False


_QUICK_CASES: Final = (
    Case(_BASELINE, "none"),
    Case("saturated", "worker"),
    Case("stalled", "worker", stalls=True),
    Case("in_process", "threads"),
)
_FULL_CASES: Final = (
    *_QUICK_CASES,
    Case("idle_stalled", "none", stalls=True),
    Case("in_process_stalled", "threads", stalls=True),
)


def main(arguments: list[str]) -> int:
    """Measure and print; 1 if there is nothing to measure with, or a worker had no trouble."""
    scenario, rest = _scenario(arguments)
    pace = rounds.parse("pacing", __doc__, rest, quick_s=_QUICK_S)
    if shutil.which("Xvfb") is None:
        print("pacing needs Xvfb: apt-get install xvfb xauth", file=sys.stderr)
        return 1
    try:
        if scenario:
            pairs = _FULL_PAIRS if pace.full else _QUICK_PAIRS
            found = scenarios.played(scenarios.named(scenario), pairs)
            table.show("pacing", found.rows, notes=found.notes)
            if found.never:
                print(f"never in trouble: {', '.join(found.never)}", file=sys.stderr)
            return 1 if found.never else 0
        return _usual(pace)
    except (NoPhotoError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1


def _scenario(arguments: list[str]) -> tuple[str, list[str]]:
    """Return the scenario that is asked for, empty for none, and the other arguments."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("--scenario", default="")
    given, rest = parser.parse_known_args(arguments)
    return given.scenario, rest


def _usual(pace: Pace) -> int:
    notes = []
    cases: Sequence[Case] = _FULL_CASES if pace.full else _QUICK_CASES
    if importlib.util.find_spec("PIL") is None:
        notes.append("left out: in_process: Pillow is not installed")
        cases = [case for case in cases if case.load != "threads"]
    seen = _play_all(cases, pace)
    notes += [_load_note(name, shows) for name, shows in seen.items()]
    rows = [*_rows(seen), *late_rows(seen[_BASELINE]), *garbage_rows([_garbage(pace)])]
    table.show("pacing", rows, notes=notes)
    return 0


def _play_all(cases: Sequence[Case], pace: Pace) -> dict[str, list[Seen]]:
    heavy = [str(path) for path in large_photos()]
    photos = str(small_photos(*WINDOW_PX))
    count, play_s = (_FULL_ROUNDS, _FULL_PLAY_S) if pace.full else (_QUICK_ROUNDS, _QUICK_PLAY_S)
    seen: dict[str, list[Seen]] = {case.name: [] for case in cases}
    pace, longest_s = pace.from_now(), 0.0
    with VirtualScreen(*_SCREEN_PX) as screen:
        environ = screen.environ(os.environ)
        for _ in range(count):
            for case in cases:
                show_began_s = time.monotonic()
                if not pace.allows(show_began_s + longest_s):
                    return seen
                order = Order(
                    photos=photos,
                    heavy=heavy,
                    load=case.load,
                    stalls=case.stalls,
                    play_s=play_s,
                    patience_s=_PATIENCE_S,
                )
                seen[case.name].append(play(order, environ))
                longest_s = max(longest_s, time.monotonic() - show_began_s)
    return seen


def _garbage(pace: Pace) -> Seen:
    """Play a show that nothing disturbs, for the collector's own pauses."""
    play_s = _FULL_GARBAGE_S if pace.full else _QUICK_GARBAGE_S
    with VirtualScreen(*_SCREEN_PX) as screen:
        order = Order(photos=str(small_photos(*WINDOW_PX)), play_s=play_s, collect=True)
        return play(order, screen.environ(os.environ))


def _rows(seen: Mapping[str, Sequence[Seen]]) -> list[table.Row]:
    measured = {name: measures(shows) for name, shows in seen.items() if shows}
    baseline = measured[_BASELINE]
    return [
        table.Row(name, metric, "ms", value, {_BASELINE: baseline[metric]})
        for name, measures in measured.items()
        if name != _BASELINE
        for metric, value in measures.items()
    ]


def _load_note(name: str, shows: Sequence[Seen]) -> str:
    frames = sum(len(show.intervals_ms) for show in shows)
    decoded = sum(show.decoded for show in shows)
    cpu_s = sum(show.load_cpu_s for show in shows)
    p99s = " ".join(f"{percentile_ms(show.intervals_ms, 0.99):.1f}" for show in shows)
    return (
        f"{name}: {len(shows)} shows, {frames} intervals, p99 of each {p99s} ms; "
        f"{decoded} photos decoded beside them, {cpu_s:.1f} s of CPU time"
    )


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
