"""Whether a long show held: one judgement of all that was seen of it.

Role: pure: observations become the clauses that are broken, a sentence each; none is a show that
held. Counterpart: `bench.soak_watch` observes, `bench.soak` prints and exits.

Guarantees: each clause can be broken by itself; what was never observed is broken, not held.
"""

import itertools
import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from bench.soak_observed import (
    INTERFACE,
    Book,
    Ending,
    Life,
    Observed,
    Photos,
    Picture,
    Played,
    Samples,
    Store,
)

# What a process may come to hold once it is warm, however long the show; and a minute of it.
_SLACK_KIB: Final = 3072.0
_STEADY_KIB_MIN: Final = 64.0
# A shader that is drawn for the first time is compiled for this processor, and kept: 2.8 MiB in the
# mean of all transitions, and nothing the second time.
_FIRST_DRAWN_KIB: Final = 3072.0
# A third of a life is its warm-up; of a shorter rest than this, nothing is said.
_WARM_SHARE: Final = 1 / 3
_LEAST_REST_S: Final = 20.0
_LEAST_SAMPLES: Final = 6
# Descriptors and threads that come and go with a worker.
_FILES_SLACK, _THREADS_SLACK = 4, 2
# A photo stays for two seconds, and a stopped decoder is replaced within some more.
_STANDSTILL_S: Final = 25.0
_FRAMES_A_TRANSITION: Final = 3
# How smooth a show is, other benches say, on a machine at peace; this one stands still.
_SLOW_FRAME_MS: Final = 1000.0
_LOOKS_A_S: Final = 0.5
# A slab that turns on black stands on its edge once in a turn, for less time than lies between two
# looks.
_ON_EDGE: Final = "block_spins"
# In turn, but for the first photo, and a crossfade that is none of its own.
_OUT_OF_TURN: Final = 2
# The reasons for which a photo with nothing wrong is passed over: its decoder was killed twice.
_KILLED: Final = frozenset({"worker-died", "quarantined"})


def broken(seen: Observed) -> tuple[str, ...]:
    """Return the clauses that a show has broken."""
    return tuple(
        itertools.chain(
            _memory(seen),
            _handles(seen.lives),
            _stores(seen.stores),
            _ledger(seen.books),
            _photos(seen.photos),
            _picture(seen),
            _played(seen.played),
            _ending(seen.ending),
            (f"notes: {note}" for note in seen.notes if not any(word in note for word in _KILLED)),
        )
    )


@dataclass(frozen=True)
class Rise:
    """How fast a process grows once it is warm, and how fast it may."""

    slope_kib_min: float
    bound_kib_min: float


def rise_of(life: Life, first_drawn_s: Sequence[float]) -> Rise | None:
    """Return how a process grows after its warm-up; None if it did not live long enough to tell.

    The interface may keep what it draws for the first time. It is looked at from the end of its
    warm-up, or from one of those moments: from wherever it may grow least.
    """
    if not life.memory_kib:
        return None
    begin_s, end_s = life.memory_kib[0][0], life.memory_kib[-1][0]
    warm_s = begin_s + (end_s - begin_s) * _WARM_SHARE
    draws = [at_s for at_s in first_drawn_s if at_s > warm_s] if life.name == INTERFACE else []
    rises = [
        Rise(_slope_kib_min(rest), bound)
        for from_s in (warm_s, *draws)
        if (rest := _rest(life, from_s))
        and (bound := _bound_kib_min(rest, sum(at_s > from_s for at_s in draws)))
    ]
    return min(rises, key=lambda rise: rise.bound_kib_min, default=None)


def _rest(life: Life, from_s: float) -> Samples:
    """Return the samples from a moment on; none if they say nothing."""
    rest = [sample for sample in life.memory_kib if sample[0] >= from_s]
    if len(rest) < _LEAST_SAMPLES or rest[-1][0] - rest[0][0] < _LEAST_REST_S:
        return ()
    return rest


def _slope_kib_min(rest: Samples) -> float:
    """Return the slope of the line through it, or from its first third to its end, the lesser.

    What is taken for a while and given back bends the line, and is not the least that is held.
    """
    line = statistics.linear_regression(*zip(*rest, strict=True)).slope
    early, late = rest[: len(rest) // 3], rest[-(len(rest) // 6) :]
    grown_kib = min(kib for _, kib in late) - min(kib for _, kib in early)
    return min(line, grown_kib / (late[0][0] - early[0][0])) * 60


def _bound_kib_min(rest: Samples, draws: int) -> float:
    may_kib = _SLACK_KIB + _FIRST_DRAWN_KIB * draws
    return _STEADY_KIB_MIN + may_kib * 60 / (rest[-1][0] - rest[0][0])


def _memory(seen: Observed) -> Iterator[str]:
    judged = set()
    for life in seen.lives:
        rise = rise_of(life, seen.first_drawn_s)
        if rise is None:
            continue
        judged.add(life.name)
        if rise.slope_kib_min > rise.bound_kib_min:
            yield (
                f"memory: {life.name} {life.pid} grew {rise.slope_kib_min:.0f} KiB a minute, "
                f"of at most {rise.bound_kib_min:.0f}"
            )
    if INTERFACE not in judged:
        yield "memory: the interface was not seen for long enough"


def _handles(lives: Sequence[Life]) -> Iterator[str]:
    for life in lives:
        for what, counts, slack in (
            ("files", life.files, _FILES_SLACK),
            ("threads", life.threads, _THREADS_SLACK),
        ):
            third = len(counts) // 3
            if third < 2:
                if life.name == INTERFACE:
                    yield f"{what}: the interface's were not counted"
                continue
            early, late = max(counts[:third]), min(counts[-third:])
            if late > early + slack:
                yield f"{what}: {life.name} {life.pid} had at most {early} early, {late} late"


def _stores(stores: Sequence[Store]) -> Iterator[str]:
    if not stores:
        yield "caps: no arena and no cache was seen"
    for store in stores:
        if not 0 <= store.most <= store.cap:
            yield f"caps: {store.name} took {store.most:g} of {store.cap:g}"
        if store.kept is not None and store.late_least > store.kept:
            yield f"caps: {store.name} keeps {store.late_least:g}, not {store.kept:g}"


def _ledger(books: Sequence[Book]) -> Iterator[str]:
    if not any(book.answered for book in books):
        yield "ledger: nothing was answered"
    for book in books:
        if book.answered + book.open != book.asked:
            yield (
                f"ledger: {book.name}: {book.asked} asked, {book.answered} answered, "
                f"{book.open} open"
            )
        if book.overdue:
            yield f"ledger: {book.name}: {book.overdue} without an answer in their time"
        if book.twice:
            yield f"ledger: {book.name}: {book.twice} answered twice"


def _photos(photos: Photos) -> Iterator[str]:
    if not photos.shown:
        yield "photos: none was shown"
    if len(photos.shown) + photos.elsewhere != photos.counted:
        seen = len(photos.shown) + photos.elsewhere
        yield f"photos: {photos.counted} were counted, and {seen} came on"
    if shown_broken := photos.broken & set(photos.shown):
        yield f"photos: broken ones were shown: {sorted(shown_broken)[:3]}"
    again = len(photos.shown) - len(set(photos.shown))
    if again and len(photos.shown) < photos.total - len(photos.broken):
        yield f"photos: {again} were shown again before all others"
    for skip in photos.skipped:
        if skip.photo not in photos.broken and skip.reason not in _KILLED:
            yield f"photos: {skip.photo} was passed over: {skip.reason}"
    passed_over = {skip.photo for skip in photos.skipped} - photos.broken
    healthy = photos.total - len(photos.broken)
    # Of a broken one nothing is known before its turn.
    if not healthy - len(passed_over) <= photos.known <= photos.total:
        yield (
            f"photos: of {photos.total}, {photos.known} can be shown, {len(photos.broken)} are "
            f"broken and {len(passed_over)} others were passed over"
        )


def _picture(seen: Observed) -> Iterator[str]:
    picture, played = seen.picture, sum(seen.played.transitions.values())
    if picture.looks < seen.seconds * _LOOKS_A_S:
        yield f"screen: looked at {picture.looks} times in {seen.seconds:g} s"
    yield from _black(picture, seen.played)
    if picture.still_s > _STANDSTILL_S:
        yield f"screen: {picture.still_s:.1f} s one photo"
    if picture.frames < max(1, played) * _FRAMES_A_TRANSITION:
        yield f"frames: {picture.frames} in {played} transitions"
    if not 0 < picture.slow_ms <= _SLOW_FRAME_MS:
        yield f"frames: 99 of 100 within {picture.slow_ms:g} ms, not {_SLOW_FRAME_MS:g}"


def _black(picture: Picture, played: Played) -> Iterator[str]:
    on_edge = [look for look in picture.dark if look.effect == _ON_EDGE]
    black = [look for look in picture.dark if look.effect != _ON_EDGE]
    if len(on_edge) > played.transitions.get(_ON_EDGE, 0):
        black += on_edge
    if black:
        at = ", ".join(f"{look.brightness:.0f} in {look.effect}" for look in black[:3])
        yield f"screen: black {len(black)} times: {at}"


def _played(played: Played) -> Iterator[str]:
    """Yield what was not played: all transitions that there was time for come in turn."""
    there_are, known = len(played.all_transitions), played.all_transitions & set(played.transitions)
    in_turn = sum(played.transitions.values()) - played.instead - _OUT_OF_TURN
    if len(known) < max(1, min(there_are, in_turn)):
        missing = sorted(played.all_transitions - known)
        yield f"transitions: {in_turn} in turn, of {there_are}; not played: {missing}"
    if missed := sorted(played.all_styles - played.styles):
        yield f"styles: not played: {missed}"
    for fault in played.failed:
        yield f"faults: {fault}"


def _ending(ending: Ending) -> Iterator[str]:
    if ending.status != 0:
        yield f"ending: exit status {ending.status}"
    for left in ending.left:
        yield f"ending: left behind: {left}"
