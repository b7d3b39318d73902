"""The director while the window's size changes, as transcripts."""

from rehearsal import INTERVAL_NS, LARGE, SMALL, Rehearsal, key
from stillframe.contracts.pixels import Size
from stillframe.show import script
from stillframe.show.director import RESIZE_SETTLE_NS


def resized(count: int = 5) -> Rehearsal:
    """Return a show whose first photo is on screen in a window that has come to rest larger."""
    show = Rehearsal()
    show.open_with(count)
    show.resize(LARGE)
    show.settle()
    return show


def test_the_first_size_counts_at_once() -> None:
    assert Rehearsal().begin(2)[0] == "decode a 4x3 on_screen"


def test_a_size_counts_when_it_has_rested() -> None:
    show = Rehearsal()
    show.open_with(5)
    assert show.resize(LARGE) == []
    assert show.wait(RESIZE_SETTLE_NS - 1) == []
    assert show.resize(Size(9, 9)) == [], "it moves again"
    assert show.wait(RESIZE_SETTLE_NS - 1) == []
    assert show.wait(1) == ["decode a 9x9 prefetch", "decode b 9x9 prefetch"]


def test_the_same_size_again_is_no_change() -> None:
    show = Rehearsal()
    show.open_with(3)
    assert show.resize(SMALL) == []
    assert show.alarm_ns() == INTERVAL_NS


def test_a_size_that_comes_back_needs_nothing_new() -> None:
    show = Rehearsal()
    show.open_with(5)
    show.resize(LARGE)
    show.resize(SMALL)
    assert show.settle() == []


def test_what_is_shown_is_made_anew_and_replaced_without_a_transition() -> None:
    show = resized()
    assert show.arrive("a", size=LARGE)[-1:] == ["upload a 8x6"]
    assert show.upload("a", LARGE) == ["cut a 8x6"]
    assert "upload b 8x6" in show.arrive("b", size=LARGE) + show.finish("a", LARGE)


def test_a_redraw_does_not_prolong_a_photo_s_stay() -> None:
    show = resized()
    show.arrive("a", "b", size=LARGE)
    show.upload("a", LARGE)
    show.finish("a", LARGE)
    assert show.alarm_ns() == INTERVAL_NS


def test_a_paused_photo_is_redrawn_too() -> None:
    show = Rehearsal()
    show.open_with(3)
    show.now_ns = 5
    show.resize(LARGE)
    show.settle()
    show.arrive("a", size=LARGE)
    assert show.upload("a", LARGE) == ["cut a 8x6"]


def test_old_requests_are_forgotten() -> None:
    show = Rehearsal()
    show.begin(4)
    assert show.resize(LARGE) == ["forget a 4x3", "forget b 4x3"]
    assert show.miss("a") == []
    assert show.miss("b") == []
    assert show.settle() == ["decode a 8x6 on_screen", "decode b 8x6 prefetch"]


def test_a_frame_that_arrives_late_for_an_old_size_is_not_shown_and_not_lost() -> None:
    show = Rehearsal(slots=3)
    show.begin(4)
    show.resize(LARGE)
    assert show.arrive("a") == [], "made for the size before"
    assert show.arrive("b") == []
    show.settle()
    show.arrive("a", size=LARGE)
    assert show.upload("a", LARGE) == ["transition a 8x6"]
    assert "release a 4x3" in show.arrive("b", size=LARGE)
    assert {action.frame.key for action in show.director.end()} == {
        key("b"),
        key("a", LARGE),
        key("b", LARGE),
    }


def test_a_redraw_that_is_refused_leaves_the_photo_and_is_not_tried_again() -> None:
    show = resized()
    assert show.refuse("a", LARGE) == ["skipped a empty", "decode c 8x6 prefetch"]
    assert show.wait(1) == []
    assert show.arrive("b", size=LARGE)[-1:] == ["upload b 8x6"]
    show.now_ns += INTERVAL_NS
    assert show.upload("b", LARGE) == ["transition b 8x6"], "the show goes on"


def test_a_refused_redraw_is_not_asked_for_as_the_photo_after_next() -> None:
    show = resized(2)
    show.cue(script.SourcesEnded())
    assert show.refuse("a", LARGE) == ["skipped a empty"], "a comes again after b"
    show.arrive("b", size=LARGE)
    show.now_ns += INTERVAL_NS
    show.upload("b", LARGE)
    assert show.finish("b", LARGE) == ["decode a 8x6 prefetch"], "now it is a photo like others"
    assert show.refuse("a", LARGE) == ["skipped a empty"]
    assert show.wait() == []


def test_a_resize_during_a_transition_is_taken_up_after_it() -> None:
    show = Rehearsal()
    show.open_with(5)
    show.wait()
    show.resize(LARGE)
    show.settle()
    show.arrive("b", size=LARGE)
    assert "upload b 8x6" in show.finish("b")
    assert show.upload("b", LARGE) == ["cut b 8x6"]


def test_a_photo_that_was_uploaded_before_the_resize_is_shown_if_it_is_due() -> None:
    show = Rehearsal()
    show.open_with(5)
    show.resize(LARGE)
    assert show.wait()[-1:] == ["transition b 4x3"], "soft is better than late"


def test_a_step_is_served_before_a_redraw() -> None:
    show = resized()
    show.arrive("a", size=LARGE)
    show.step(+1)
    show.upload("a", LARGE)
    assert show.arrive("b", size=LARGE)[-1:] == ["upload b 8x6"]
    assert show.upload("b", LARGE) == ["transition b 8x6"]


def test_a_step_back_to_what_is_gone_is_given_up_and_the_show_goes_on() -> None:
    show = Rehearsal()
    show.open_with(5)
    show.step(+1)
    show.finish("b")
    show.arrive("d")
    show.resize(LARGE)
    show.step(-1)
    assert show.settle() == ["decode a 8x6 on_screen", "decode c 8x6 prefetch"]
    assert show.refuse("a", LARGE)[:1] == ["skipped a empty"], "and nothing lies before it"
    show.arrive("b", size=LARGE)
    assert show.upload("b", LARGE) == ["cut b 8x6"]
    show.finish("b", LARGE)
    assert show.arrive("c", size=LARGE)[-1:] == ["upload c 8x6"]
    show.upload("c", LARGE)
    assert show.wait() == ["transition c 8x6"]


def test_what_is_uploaded_stays_though_it_was_made_for_the_size_before() -> None:
    show = Rehearsal(slots=2)
    show.open_with(5)
    assert show.resize(LARGE) == ["release c 4x3"]
    assert key("b") in show.cache, "it may still be shown"
