"""A long show in rows.

Role: pure: what was observed becomes what a bench prints. Counterpart: `bench.soak` prints it.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from bench.soak_observed import INTERFACE, Life, Observed
from bench.soak_verdict import Rise, rise_of
from bench.table import Row


def rows(seen: Observed, report: Mapping[str, Any], clauses: int) -> list[Row]:
    """Return the rows of a show; `clauses` is how many of the judgement's are broken."""
    return [
        *_memory(seen),
        *_handles(seen),
        *(Row(store.name, "most", "used", store.most, {"cap": store.cap}) for store in seen.stores),
        *_ledger(seen, report),
        *_show(seen, report),
        Row("show", "broken_clauses", "clauses", clauses),
    ]


def _memory(seen: Observed) -> Iterator[Row]:
    for name in dict.fromkeys(life.name for life in seen.lives):
        of_kind = [life for life in seen.lives if life.name == name]
        rises = [rise for life in of_kind if (rise := rise_of(life, seen.first_drawn_s))]
        if rises:
            worst = max(rises, key=_excess)
            may = {"at_most": worst.bound_kib_min}
            yield Row(name, "memory_slope", "KiB/min", worst.slope_kib_min, may)
        longest = max(of_kind, key=_length_s)
        _, late_kib = longest.memory_kib[-1]
        _, early_kib = longest.memory_kib[len(longest.memory_kib) // 3]
        yield Row(name, "memory_late", "KiB", late_kib, {"early": early_kib})
        yield Row(name, "lives", "processes", len(of_kind))


def _excess(rise: Rise) -> float:
    return rise.slope_kib_min - rise.bound_kib_min


def _length_s(life: Life) -> float:
    return life.memory_kib[-1][0] - life.memory_kib[0][0]


def _handles(seen: Observed) -> Iterator[Row]:
    for life in seen.lives:
        if life.name == INTERFACE:
            for metric, counts in (("files", life.files), ("threads", life.threads)):
                early = {"early": float(counts[len(counts) // 3])}
                yield Row(life.name, metric, metric, counts[-1], early)


def _ledger(seen: Observed, report: Mapping[str, Any]) -> Iterator[Row]:
    for book in seen.books:
        said = {"asked": float(book.asked), "open": float(book.open)}
        yield Row(book.name, "answered", "requests", book.answered, said)
        yield Row(book.name, "overdue", "requests", book.overdue)
        yield Row(book.name, "answered_twice", "requests", book.twice)
        restarts = report.get("workers", {}).get(book.name, {}).get("restarts", 0)
        yield Row(book.name, "restarts", "times", restarts)


def _show(seen: Observed, report: Mapping[str, Any]) -> Iterator[Row]:
    intervals = report.get("frame_interval_ms") or {}
    yield from (Row("frames", f"interval_{name}", "ms", ms) for name, ms in intervals.items())
    yield Row("frames", "presented", "frames", seen.picture.frames)
    there_are = {"there_are": float(len(seen.played.all_transitions))}
    yield Row("show", "transitions", "transitions", len(seen.played.transitions), there_are)
    styles = {"there_are": float(len(seen.played.all_styles))}
    yield Row("show", "styles", "styles", len(seen.played.styles), styles)
    yield Row("show", "photos", "photos", seen.photos.counted)
    yield Row("show", "passed_over", "photos", len(seen.photos.skipped))
    yield Row("show", "looks", "looks", seen.picture.looks)
    yield Row("show", "dark", "looks", len(seen.picture.dark))
    yield Row("show", "longest_photo", "s", seen.picture.still_s)
