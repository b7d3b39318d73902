"""What a show tells of what it has shown."""

from stillframe.contracts.caps import SHOWN_CAP_ITEMS
from stillframe.contracts.images import Pool
from stillframe.library.photos import Photo
from stillframe.show.diary import Diary


def test_what_was_shown_is_told_once() -> None:
    diary = Diary()
    assert diary.tell() == {"shown": (), "round_over": False}
    diary.note(Photo(b"a"), 0)
    diary.note(Photo(b"b"), 0)
    assert diary.tell() == {"shown": (b"a", b"b"), "round_over": False}
    assert diary.tell() == {"shown": (), "round_over": False}


def test_a_round_that_ends_takes_what_was_shown_in_it_along() -> None:
    diary = Diary()
    diary.note(Photo(b"last"), 0)
    diary.note(Photo(b"first"), 1)
    assert diary.tell() == {"shown": (b"first",), "round_over": True}
    diary.note(Photo(b"second"), 1)
    assert diary.tell() == {"shown": (b"second",), "round_over": False}


def test_photos_of_feeds_are_remembered_elsewhere() -> None:
    diary = Diary()
    diary.note(Photo(b"a", pool=Pool.FEED), 0)
    assert diary.tell()["shown"] == ()


def test_where_nobody_asks_for_long_the_newest_are_kept() -> None:
    diary = Diary()
    for number in range(SHOWN_CAP_ITEMS + 3):
        diary.note(Photo(b"%d" % number), 0)
    assert diary.tell()["shown"] == tuple(b"%d" % n for n in range(3, SHOWN_CAP_ITEMS + 3))
