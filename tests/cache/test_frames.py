"""The cache of frames: what stays, what leaves, and in which order."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leases import lease
from stillframe.cache.frames import CachedFrame, FrameCache, Promotion

numbers = itertools.count(1)


def frame(key: bytes, charge_bytes: int = 10) -> CachedFrame:
    return CachedFrame(key, lease(next(numbers)), charge_bytes)


def filled(budget_bytes: int, *keys: bytes) -> FrameCache:
    cache = FrameCache(budget_bytes)
    for key in keys:
        assert cache.put(frame(key)) == ()
    return cache


def keys(frames: tuple[CachedFrame, ...]) -> list[bytes]:
    return [gone.key for gone in frames]


def test_what_was_used_longest_ago_leaves_first() -> None:
    cache = filled(30, b"a", b"b", b"c")
    assert cache.get(b"a") is not None
    assert keys(cache.put(frame(b"d"))) == [b"b"]
    assert keys(cache.put(frame(b"e"))) == [b"c"]
    assert [key in cache for key in (b"a", b"d", b"e")] == [True] * 3


def test_asking_whether_a_frame_is_here_is_not_using_it() -> None:
    cache = filled(20, b"a", b"b")
    assert b"a" in cache
    assert keys(cache.put(frame(b"c"))) == [b"a"]
    assert (cache.counters.hits, cache.counters.misses) == (0, 0)


def test_bytes_count_not_frames() -> None:
    cache = filled(100, b"a", b"b", b"c")
    assert keys(cache.put(frame(b"large", 80))) == [b"a"]
    assert (cache.held_bytes, len(cache)) == (100, 3)
    assert keys(cache.put(frame(b"larger", 95))) == [b"b", b"c", b"large"]


def test_the_newest_stays_even_if_it_alone_is_over_the_budget() -> None:
    cache = filled(30, b"a", b"b")
    assert keys(cache.put(frame(b"huge", 99))) == [b"a", b"b"]
    assert b"huge" in cache
    assert keys(cache.put(frame(b"c"))) == [b"huge"]


def test_pinned_frames_stay_whatever_comes() -> None:
    cache = filled(30, b"a", b"b", b"c")
    assert cache.pin([b"a", b"b", b"elsewhere"]) == ()
    assert keys(cache.put(frame(b"d"))) == [b"c"]
    assert keys(cache.put(frame(b"e"))) == [b"d"]
    assert cache.pin([b"a", b"b", b"d", b"e"]) == ()


def test_a_new_pin_replaces_the_old_and_lets_go_of_what_is_too_much() -> None:
    cache = filled(20, b"a", b"b")
    cache.pin([b"a", b"b"])
    assert cache.put(frame(b"c")) == (), "two are pinned, one is the newest"
    assert cache.held_bytes == 30
    assert keys(cache.pin([b"b"])) == [b"a"]
    assert keys(cache.put(frame(b"d"))) == [b"c"]


def test_a_frame_of_the_same_key_takes_the_place_of_the_older() -> None:
    cache = filled(30, b"a", b"b")
    older, newer = cache.get(b"a"), frame(b"a", 20)
    assert cache.put(newer) == (older,)
    assert cache.get(b"a") == newer
    assert cache.held_bytes == 30
    assert (cache.counters.replacements, cache.counters.evictions) == (1, 0)


def test_a_promoted_frame_keeps_key_lease_generation_and_place_in_line() -> None:
    cache = FrameCache(20)
    first = frame(b"a")
    cache.put(first)
    cache.put(frame(b"b"))
    for promotion in (Promotion.IMAGE, Promotion.TEXTURE, Promotion.IMAGE):
        cache.promote(b"a", promotion)
    (gone,) = cache.put(frame(b"c"))
    assert gone.lease is first.lease
    assert (gone.key, gone.generation) == (first.key, first.lease.grant.generation)
    assert gone.promotion is Promotion.TEXTURE, "it never goes back"


def test_promoting_what_is_not_here_does_nothing() -> None:
    cache = filled(20, b"a")
    cache.promote(b"b", Promotion.TEXTURE)
    assert len(cache) == 1


def test_a_frame_that_replaces_a_promoted_one_begins_anew() -> None:
    cache = filled(20, b"a")
    cache.promote(b"a", Promotion.TEXTURE)
    cache.put(frame(b"a"))
    found = cache.get(b"a")
    assert found is not None
    assert found.promotion is Promotion.SLOT


def test_a_photo_s_frames_are_found_and_removed_pinned_or_not() -> None:
    cache = filled(90, b"a|scaled:4x3", b"a|scaled:8x6|fit", b"b|scaled:4x3", b"a")
    assert cache.keys_of(b"a") == (b"a|scaled:4x3", b"a|scaled:8x6|fit", b"a")
    cache.pin([b"a|scaled:4x3"])
    removed = cache.remove(b"a|scaled:4x3")
    assert removed is not None
    assert removed.key == b"a|scaled:4x3"
    assert cache.remove(b"a|scaled:4x3") is None
    assert cache.held_bytes == 30
    assert cache.counters.evictions == 0, "nothing had to leave for want of room"


def test_clearing_lets_go_of_everything_pinned_or_not() -> None:
    cache = filled(30, b"a", b"b")
    cache.pin([b"a"])
    assert keys(cache.clear()) == [b"a", b"b"]
    assert (len(cache), cache.held_bytes, cache.clear()) == (0, 0, ())


def test_the_counters_tell_how_it_went() -> None:
    cache = filled(20, b"a", b"b")
    cache.get(b"a")
    cache.get(b"nowhere")
    cache.put(frame(b"c"))
    cache.put(frame(b"c"))
    counters = cache.counters
    assert (counters.hits, counters.misses) == (1, 1)
    assert (counters.evictions, counters.replacements) == (1, 1)


NAMES = st.sampled_from([b"a", b"b", b"c", b"d", b"e", b"f"])
CACHE_STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("put"), NAMES, st.integers(1, 40)),
        st.tuples(st.just("get"), NAMES),
        st.tuples(st.just("promote"), NAMES),
        st.tuples(st.just("pin"), st.frozensets(NAMES, max_size=4)),
    ),
    max_size=60,
)


@settings(max_examples=200)
@given(steps=CACHE_STEPS, budget_bytes=st.integers(1, 120))
def test_every_frame_leaves_exactly_once_and_the_budget_holds(
    steps: list[tuple], budget_bytes: int
) -> None:
    cache, pinned = FrameCache(budget_bytes), frozenset()
    given_in: list[int] = []
    left: list[int] = []
    newest = b""
    for word, *arguments in steps:
        gone: tuple[CachedFrame, ...] = ()
        if word == "put":
            new = frame(*arguments)
            newest = new.key
            given_in.append(new.generation)
            gone = cache.put(new)
        elif word == "pin":
            (pinned,), newest = arguments, b""
            gone = cache.pin(pinned)
        elif word == "get":
            cache.get(*arguments)
        else:
            cache.promote(*arguments, Promotion.TEXTURE)
        left += [old.generation for old in gone]
        alive = [key for key in (b"a", b"b", b"c", b"d", b"e", b"f") if key in cache]
        assert cache.held_bytes <= budget_bytes or set(alive) <= pinned | {newest}
        assert not any(old.key in pinned and old.key not in cache for old in gone)
    left += [old.generation for old in cache.clear()]
    assert sorted(left) == sorted(given_in)


@pytest.mark.parametrize("budget_bytes", [0, 9])
def test_a_budget_below_one_frame_keeps_only_the_newest(budget_bytes: int) -> None:
    cache = FrameCache(budget_bytes)
    for key in (b"a", b"b", b"c"):
        cache.put(frame(key))
        assert len(cache) == 1
    assert keys(cache.pin([])) == [b"c"]
