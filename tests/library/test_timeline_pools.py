"""The order of a show of two pools, of an ordered show, and of photos that change and vanish."""

import collections
import itertools
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stillframe.contracts.images import Pool
from stillframe.library.photos import Photo
from stillframe.library.supply import Shuffled
from stillframe.library.timeline import Timeline

SEEDS = st.integers(0, 2**32)


def local(count: int, first: int = 0) -> list[Photo]:
    return [Photo(b"l%d" % number) for number in range(first, first + count)]


def feed(count: int) -> list[Photo]:
    return [Photo(b"f%d" % number, pool=Pool.FEED) for number in range(count)]


def timeline(*photos: Photo, ratio: int = 60, seed: int = 0) -> Timeline:
    line = Timeline(random.Random(seed), local_ratio=ratio)
    line.add(photos)
    return line


def picks(line: Timeline, count: int) -> collections.Counter[Pool]:
    """Walk so far, and count where the photos came from."""
    counted: collections.Counter[Pool] = collections.Counter()
    for _ in range(count):
        line.move(1)
        assert line.current is not None
        counted[line.current.pool] += 1
    return counted


# The ratio.


@pytest.mark.parametrize("ratio", [5, 30, 60, 95])
@pytest.mark.parametrize("seed", [1, 2])
def test_over_ten_thousand_picks_the_mix_is_the_ratio_within_two_points(
    ratio: int, seed: int
) -> None:
    counted = picks(timeline(*local(300), *feed(200), ratio=ratio, seed=seed), 10_000)
    assert counted.total() == 10_000
    assert abs(counted[Pool.LOCAL] / 100 - ratio) <= 2


@pytest.mark.parametrize(("ratio", "pool"), [(100, Pool.LOCAL), (0, Pool.FEED)])
def test_at_the_ends_of_the_ratio_one_pool_gives_all(ratio: int, pool: Pool) -> None:
    assert set(picks(timeline(*local(9), *feed(9), ratio=ratio), 200)) == {pool}


@pytest.mark.parametrize("ratio", [0, 100])
def test_an_empty_pool_leaves_it_to_the_other_whatever_the_ratio(ratio: int) -> None:
    assert picks(timeline(*local(5), ratio=ratio), 20) == {Pool.LOCAL: 20}
    assert picks(timeline(*feed(5), ratio=ratio), 20) == {Pool.FEED: 20}


@pytest.mark.parametrize("ratio", [0, 60, 100])
def test_with_one_pool_the_order_is_the_plain_one(ratio: int) -> None:
    supply, last, plain = Shuffled(random.Random(0)), None, []
    for photo in local(20):
        supply.add(photo)
    for _ in range(60):
        last = supply.draw(last, begin=True)
        plain.append(last)
    assert list(timeline(*local(20), ratio=ratio).ahead(60)) == plain


def test_a_pool_of_one_photo_does_not_repeat_it_beside_itself() -> None:
    line = timeline(*local(6), *feed(1), ratio=10)
    track = line.ahead(500)
    assert all(left != right for left, right in itertools.pairwise(track))
    assert feed(1)[0] in track


@settings(max_examples=60)
@given(counts=st.tuples(st.integers(1, 9), st.integers(1, 9)), seed=SEEDS)
def test_each_pool_shows_all_before_it_shows_one_again(counts: tuple[int, int], seed: int) -> None:
    line = timeline(*local(counts[0]), *feed(counts[1]), ratio=50, seed=seed)
    track = line.ahead(200)
    for pool, count in zip((Pool.LOCAL, Pool.FEED), counts, strict=True):
        of_pool = [photo for photo in track if photo.pool is pool]
        whole = len(of_pool) // count * count
        for first in range(0, whole, count):
            assert len(set(of_pool[first : first + count])) == count


def test_the_pools_are_counted() -> None:
    line = timeline(*local(3), *feed(2))
    assert line.counts == {Pool.LOCAL: 3, Pool.FEED: 2}
    assert len(line) == 5


# Rounds that a show before began.


def test_what_an_earlier_show_has_shown_comes_after_the_rest() -> None:
    shown = [Photo(photo.path, seen=True) for photo in local(10)]
    line = timeline(*shown, *local(5, first=10))
    assert set(line.ahead(5)) == set(local(5, first=10))
    assert set(line.ahead(20)[5:]) == set(local(15)), "then all begin anew"


def test_a_round_is_over_when_the_first_of_the_next_is_on_screen() -> None:
    line = timeline(*local(3))
    rounds = []
    for _ in range(7):
        line.ahead(5)
        line.move(1)
        rounds.append(line.rounds)
    assert rounds == [0, 0, 0, 1, 1, 1, 2]


def test_a_round_whose_first_photo_is_discarded_has_begun_all_the_same() -> None:
    line = timeline(*local(4))
    line.move(4)
    opener = line.at(1)
    assert opener is not None
    line.discard(opener)
    line.move(1)
    assert line.rounds == 1


def test_a_photo_that_is_discarded_within_a_round_ends_none() -> None:
    line = timeline(*local(4))
    line.move(1)
    doomed = line.at(1)
    assert doomed is not None
    line.discard(doomed)
    line.move(2)
    assert line.rounds == 0
    line.move(1)
    assert line.rounds == 1


# An ordered show.


def ranked(*names: str) -> list[Photo]:
    return [Photo(name.encode(), rank=name.encode()) for name in names]


def names(photos: tuple[Photo, ...]) -> str:
    return b"".join(photo.path for photo in photos).decode()


def ordered(*letters: str) -> Timeline:
    line = Timeline(random.Random(0), shuffled=False)
    line.add(ranked(*letters))
    return line


def test_an_ordered_show_goes_by_rank_and_begins_anew() -> None:
    assert names(ordered(*"dbca").ahead(10)) == "abcdabcdab"


def test_what_is_found_behind_the_place_comes_in_the_next_round() -> None:
    line = ordered(*"bdf")
    line.move(2)
    line.add(ranked(*"ace"))
    assert names(line.ahead(9)) == "efabcdefa", "what was not looked at yet takes its place"


def test_a_photo_that_gets_another_rank_takes_another_place() -> None:
    line = ordered(*"abcd")
    line.move(1)
    assert line.add([Photo(b"b", rank=b"z")]) == (), "its contents are the same"
    assert names(line.ahead(7)) == "cdbacdb"


def test_photos_of_one_rank_come_by_path() -> None:
    line = Timeline(random.Random(0), shuffled=False)
    line.add(Photo(name, rank=b"same") for name in (b"c", b"a", b"b"))
    assert names(line.ahead(6)) == "abcabc"


@settings(max_examples=60)
@given(letters=st.permutations("abcdefgh"), gone=st.sets(st.sampled_from("abcdefgh"), max_size=6))
def test_an_ordered_line_is_sorted_whatever_came_and_went(letters: str, gone: set[str]) -> None:
    line = ordered(*letters)
    for letter in gone:
        line.remove(letter.encode())
    kept = "".join(sorted(set(letters) - gone))
    assert names(line.ahead(2 * len(kept))) == kept * 2


# Photos that change and vanish.


def test_a_photo_with_new_contents_takes_the_old_one_s_place_everywhere() -> None:
    line = timeline(*local(4))
    line.move(2)
    line.ahead(3)
    before = [line.at(steps) for steps in (-1, 0, 1, 2)]
    renewed = [Photo(photo.path, size_bytes=9) for photo in local(4)]
    assert set(line.add(renewed)) == set(local(4)), "the old ones are returned"
    assert [line.at(steps) for steps in (-1, 0, 1, 2)] == [
        Photo(photo.path, size_bytes=9) for photo in before if photo
    ]
    assert set(line.ahead(40)) == set(renewed)
    assert len(line) == 4


def test_a_changed_photo_stays_as_seen_or_unseen_as_it_was() -> None:
    line = timeline(*local(4))
    line.move(2)
    seen = line.at(-1), line.current
    line.add(Photo(photo.path, size_bytes=9) for photo in local(4))
    assert {photo.path for photo in line.ahead(2)} == {p.path for p in local(4)} - {
        photo.path for photo in seen if photo
    }


def test_what_could_not_be_shown_is_tried_again_only_with_new_contents() -> None:
    line = timeline(*local(3))
    line.discard(local(1)[0])
    line.add(local(1))
    assert len(line) == 2
    line.add([Photo(b"l0", size_bytes=7)])
    assert Photo(b"l0", size_bytes=7) in line.ahead(3)


def test_what_has_vanished_leaves_the_line_and_may_come_back() -> None:
    line = timeline(*local(4))
    line.move(1)
    line.ahead(6)
    gone = line.at(1)
    assert gone is not None
    line.remove(gone.path)
    assert gone not in line.ahead(20)
    assert len(line) == 3
    line.add([gone])
    assert gone in line.ahead(30)


def test_the_photo_on_screen_stays_when_its_file_has_vanished() -> None:
    line = timeline(*local(3))
    line.move(1)
    here = line.current
    assert here is not None
    line.remove(here.path)
    assert line.current == here
    assert here not in line.ahead(9)


def test_a_path_that_nobody_knows_can_vanish() -> None:
    line = timeline(*local(2))
    line.remove(b"elsewhere")
    assert len(line) == 2
