"""The director, as transcripts: what it is told, and what it says to that."""

import pytest

from rehearsal import INTERVAL_NS, LARGE, SMALL, Rehearsal, key, photos_in_order
from stillframe.library.photos import Photo
from stillframe.show import script
from stillframe.show.director import RESIZE_SETTLE_NS


def test_the_first_photo_comes_as_soon_as_it_is_uploaded() -> None:
    show = Rehearsal()
    assert show.begin(3) == ["decode a 4x3 on_screen", "decode b 4x3 prefetch"]
    assert show.arrive("a") == ["upload a 4x3"]
    assert show.upload("a") == ["transition a 4x3"]
    assert show.finish("a") == ["decode c 4x3 prefetch"]


def test_nothing_is_asked_for_before_the_window_has_a_size() -> None:
    show = Rehearsal()
    assert show.cue(script.Found(photos_in_order(2))) == []
    assert show.resize(SMALL) == ["decode a 4x3 on_screen", "decode b 4x3 prefetch"]


def test_a_photo_stays_its_interval_counted_from_the_end_of_its_transition() -> None:
    show = Rehearsal()
    show.open_with(3)
    assert show.alarm_ns() == INTERVAL_NS
    assert show.wait(INTERVAL_NS - 1) == []
    assert show.wait(1) == ["transition b 4x3"]
    assert show.alarm_ns() is None, "while something moves nothing is due"
    show.now_ns += 5
    assert show.finish("b") == ["upload c 4x3"]
    assert show.alarm_ns() == show.now_ns + INTERVAL_NS


def test_two_photos_are_made_ready_ahead_and_the_next_one_is_uploaded() -> None:
    show = Rehearsal()
    show.begin(5)
    show.arrive("a", "b")
    show.upload("a")
    assert show.finish("a") == ["decode c 4x3 prefetch", "upload b 4x3"]
    assert show.arrive("c") == []
    assert show.upload("b") == []
    assert show.wait() == ["transition b 4x3"]
    assert show.finish("b") == ["decode d 4x3 prefetch", "upload c 4x3"]


@pytest.mark.parametrize("look_ahead", [3, 8])
def test_a_longer_look_ahead_is_asked_for_two_at_a_time(look_ahead: int) -> None:
    show = Rehearsal(look_ahead=look_ahead, slots=look_ahead + 4)
    assert show.begin(9) == ["decode a 4x3 on_screen", "decode b 4x3 prefetch"]
    assert show.arrive("a") == ["decode c 4x3 prefetch", "upload a 4x3"]


def test_a_refused_photo_is_passed_over_once_and_the_next_takes_its_place() -> None:
    show = Rehearsal()
    show.begin(4)
    assert show.refuse("a") == ["skipped a empty", "decode c 4x3 prefetch"]
    assert show.arrive("b") == ["upload b 4x3"]
    assert show.upload("b") == ["transition b 4x3"]


def test_while_photos_are_refused_the_old_one_stays() -> None:
    show = Rehearsal()
    show.begin(4)
    show.arrive("a")
    show.upload("a")
    show.finish("a")
    show.now_ns += INTERVAL_NS
    assert show.refuse("b") == ["skipped b empty", "decode d 4x3 prefetch"]
    assert show.refuse("c") == ["skipped c empty"]
    assert key("a") in show.cache
    assert show.arrive("d") == ["upload d 4x3"]
    assert show.upload("d") == ["transition d 4x3"]


def test_if_every_photo_is_refused_it_is_said_once() -> None:
    show = Rehearsal()
    show.begin(2)
    assert show.refuse("a") == ["skipped a empty"]
    assert show.refuse("b") == ["skipped b empty"], "the scan is not over"
    assert show.cue(script.SourcesEnded()) == ["nothing to show"]
    assert show.cue(script.SourcesEnded()) == []
    assert show.wait() == []


def test_more_sources_can_end_without_a_photo_too() -> None:
    show = Rehearsal()
    show.begin(1)
    show.cue(script.SourcesEnded())
    assert show.refuse("a") == ["skipped a empty", "nothing to show"]
    assert show.cue(script.Found(())) == []
    assert show.cue(script.SourcesEnded()) == ["nothing to show"]
    assert show.cue(script.Found((Photo(b"z"),))) == ["decode z 4x3 on_screen"]


def test_a_photo_on_screen_is_no_reason_to_say_that_there_is_nothing() -> None:
    show = Rehearsal()
    show.open_with(1)
    assert show.cue(script.SourcesEnded()) == []


def test_a_step_takes_the_next_photo_at_once() -> None:
    show = Rehearsal()
    show.open_with(5)
    assert show.step(+1) == ["transition b 4x3"]


def test_a_step_back_takes_the_photo_before_from_the_cache() -> None:
    show = Rehearsal()
    show.open_with(5)
    show.step(+1)
    show.finish("b")
    assert show.step(-1) == ["upload a 4x3"]
    assert show.upload("a") == ["transition a 4x3"]
    assert show.finish("a")[-1:] == ["upload b 4x3"], "and then the show goes on where it was"


def test_a_step_back_beyond_the_first_photo_does_nothing() -> None:
    show = Rehearsal()
    show.open_with(3)
    assert show.step(-1) == []
    assert show.wait() == ["transition b 4x3"]


def test_several_presses_lead_as_far_as_they_say() -> None:
    show = Rehearsal()
    show.open_with(6)
    show.step(+1)
    assert show.step(+1) == ["decode d 4x3 prefetch", "hurry"], "b is still coming on"
    assert show.step(+1) == ["decode e 4x3 prefetch"]
    show.arrive("e")
    show.arrive("d")
    assert show.finish("b")[-1:] == ["upload d 4x3"]
    assert show.upload("d") == ["transition d 4x3"], "c was stepped over"


def test_until_where_the_presses_lead_can_be_shown_what_is_on_the_way_is() -> None:
    show = Rehearsal()
    show.open_with(6)
    for _ in range(3):
        show.step(+1)
    assert show.finish("b")[-1:] == ["upload c 4x3"]
    assert show.upload("c") == ["transition c 4x3", "hurry"]
    show.arrive("d")
    assert "upload d 4x3" in show.finish("c")
    assert show.upload("d") == ["transition d 4x3"]


def test_who_keeps_pressing_a_key_sees_photos_all_the_same() -> None:
    show = Rehearsal(look_ahead=3, slots=7)
    show.open_with(9)
    show.step(+1)
    show.step(+1)
    show.finish("b")
    said = [line for _ in range(3) for line in show.step(+1)]
    assert not [line for line in said if line.startswith("upload")], "c is not begun anew"
    assert show.upload("c") == ["transition c 4x3", "hurry"]


def test_who_keeps_pressing_back_sees_what_is_on_the_way_too() -> None:
    show = Rehearsal()
    show.open_with(4)
    for name in ("b", "c"):
        show.step(+1)
        show.upload(name)
        show.finish(name)
    show.step(-1)
    show.step(-1)
    assert show.upload("b") == ["transition b 4x3", "hurry"]
    assert "upload a 4x3" in show.finish("b")
    assert show.upload("a") == ["transition a 4x3"]


def test_presses_to_and_fro_cancel_out() -> None:
    show = Rehearsal()
    show.open_with(5)
    show.step(+1)
    show.finish("b")
    show.upload("c")
    show.cue(script.PauseToggled())
    show.step(-1)
    assert show.step(+1)[-1:] == ["upload c 4x3"]
    assert show.upload("c") == []
    assert show.wait() == []


def test_steps_that_lead_in_a_circle_do_not_hold_the_show_up() -> None:
    show = Rehearsal()
    show.open_with(2)
    show.step(+1)
    show.step(+1)
    show.step(+1)
    assert show.finish("b")[-1:] == ["upload a 4x3"], "a and back to b: b is there already"
    assert show.upload("a") == []
    assert show.wait() == ["transition a 4x3"]


def test_a_step_to_a_photo_that_is_not_ready_waits_for_it_urgently() -> None:
    show = Rehearsal()
    show.begin(4)
    show.arrive("a")
    show.upload("a")
    show.finish("a")
    show.arrive("b")
    show.step(+1)
    show.upload("b")
    show.finish("b")
    assert show.miss("c")[:1] == ["decode c 4x3 prefetch"]
    show.step(+1)
    assert show.miss("c")[:1] == ["decode c 4x3 on_screen"]
    show.arrive("c")
    assert show.upload("c") == ["transition c 4x3"]


def test_a_step_to_a_photo_that_is_refused_takes_the_one_after() -> None:
    show = Rehearsal()
    show.begin(4)
    show.arrive("a")
    show.upload("a")
    show.finish("a")
    show.step(+1)
    assert show.refuse("b")[:1] == ["skipped b empty"]
    show.arrive("c")
    assert show.upload("c") == ["transition c 4x3"]


def test_a_step_during_a_transition_waits_for_its_end() -> None:
    show = Rehearsal()
    show.open_with(5)
    show.wait()
    assert [line for line in show.step(+1) if not line.startswith("decode")] == ["hurry"]
    assert "upload c 4x3" in show.finish("b")
    assert show.upload("c") == ["transition c 4x3"]


def test_a_transition_is_hurried_once_and_the_next_one_by_the_next_step() -> None:
    show = Rehearsal()
    show.open_with(9)
    show.step(+1)
    assert show.step(+1)[-1:] == ["hurry"]
    assert "hurry" not in show.step(+1)
    show.arrive("d")
    show.finish("b")
    assert show.upload("d") == ["transition d 4x3"]
    assert show.step(+1)[-1:] == ["hurry"]


def test_a_step_that_leads_nowhere_hurries_nothing() -> None:
    show = Rehearsal()
    show.begin(3)
    show.arrive("a")
    show.upload("a")
    assert show.step(-1) == [], "a is coming on, and nothing was before it"


def test_a_paused_show_stays_and_still_takes_steps() -> None:
    show = Rehearsal()
    show.open_with(5)
    show.cue(script.PauseToggled())
    assert show.director.paused
    assert show.alarm_ns() is None
    assert show.wait(9 * INTERVAL_NS) == []
    assert show.step(+1) == ["transition b 4x3"]
    show.finish("b")
    show.upload("c")
    assert show.wait(9 * INTERVAL_NS) == []


def test_a_show_that_goes_on_gives_the_photo_a_whole_interval() -> None:
    show = Rehearsal()
    show.open_with(3)
    show.cue(script.PauseToggled())
    show.wait(3 * INTERVAL_NS)
    assert show.cue(script.PauseToggled()) == []
    assert show.alarm_ns() == show.now_ns + INTERVAL_NS
    assert show.wait() == ["transition b 4x3"]


def test_a_show_that_is_paused_before_its_first_photo_shows_it() -> None:
    show = Rehearsal()
    show.cue(script.PauseToggled())
    show.begin(3)
    show.arrive("a")
    assert show.upload("a") == ["transition a 4x3"]


def test_one_photo_is_shown_once_and_stays() -> None:
    show = Rehearsal()
    assert show.begin(1) == ["decode a 4x3 on_screen"]
    show.arrive("a")
    assert show.upload("a") == ["transition a 4x3"]
    assert show.finish("a") == []
    assert show.wait() == []
    assert show.step(+1) == []
    assert show.step(-1) == []
    assert show.alarm_ns() is None


def test_one_photo_gives_way_when_a_second_is_found() -> None:
    show = Rehearsal()
    show.open_with(1)
    show.wait()
    assert show.cue(script.Found((Photo(b"z"),))) == ["decode z 4x3 on_screen"]
    assert show.arrive("z") == ["upload z 4x3"]
    assert show.upload("z") == ["transition z 4x3"]
    assert show.finish("z") == []
    assert show.wait() == ["upload a 4x3"]


def test_without_a_decoder_nothing_is_asked_for_until_there_is_one() -> None:
    show = Rehearsal()
    show.open_with(5)
    show.cue(script.DecoderChanged(available=False))
    assert show.wait() == ["transition b 4x3"], "what is made ready is shown"
    assert show.finish("b") == ["upload c 4x3"]
    said = show.cue(script.DecoderChanged(available=True))
    assert said == ["decode d 4x3 prefetch"]


def test_a_missed_frame_is_asked_for_again() -> None:
    show = Rehearsal()
    show.begin(3)
    assert show.miss("a") == ["decode a 4x3 on_screen"]


def test_a_frame_missed_without_a_decoder_is_asked_for_when_it_is_back() -> None:
    show = Rehearsal()
    show.begin(1)
    show.cue(script.DecoderChanged(available=False))
    assert show.miss("a") == []
    assert show.cue(script.DecoderChanged(available=True)) == ["decode a 4x3 on_screen"]


def test_an_answer_that_nobody_asked_for_is_no_photo_s_fault() -> None:
    show = Rehearsal()
    show.open_with(3)
    assert show.refuse("z") == []
    assert show.miss("z") == []


def test_what_a_stage_says_of_another_frame_is_passed_over() -> None:
    show = Rehearsal()
    show.begin(3)
    show.arrive("a")
    assert show.upload("b") == []
    assert show.upload("a") == ["transition a 4x3"]


def test_what_leaves_the_screen_stays_until_it_has_left() -> None:
    show = Rehearsal(slots=2)
    show.open_with(5)
    assert show.wait() == ["transition b 4x3"], "a is still seen"
    assert show.finish("b") == ["decode d 4x3 prefetch", "upload c 4x3", "release a 4x3"]


def test_the_end_gives_every_frame_back_and_nothing_more_is_done() -> None:
    show = Rehearsal()
    show.begin(3)
    show.arrive("a", "b")
    released = [action.frame.key for action in show.director.end()]
    assert released == [key("a"), key("b")]
    assert show.arrive("c") == ["release c 4x3"], "it was on its way"
    assert show.upload("a") == []
    assert show.resize(LARGE) == []
    assert show.director.end() == ()


def test_the_alarm_waits_for_a_resize_before_the_interval() -> None:
    show = Rehearsal()
    show.open_with(3)
    show.resize(LARGE)
    assert show.alarm_ns() == RESIZE_SETTLE_NS
    show.settle()
    assert show.alarm_ns() == INTERVAL_NS


def test_a_new_round_begins_only_when_a_photo_is_due_while_more_may_be_found() -> None:
    show = Rehearsal()
    show.open_with(2)
    show.wait()
    assert show.finish("b") == [], "the round is over, and photos are still being found"
    assert show.wait() == ["upload a 4x3"]
    assert show.upload("a") == ["transition a 4x3"]


def test_a_step_begins_a_new_round_though_more_may_be_found() -> None:
    show = Rehearsal()
    show.open_with(2)
    show.wait()
    show.finish("b")
    assert show.step(+1) == ["upload a 4x3"]
    assert show.upload("a") == ["transition a 4x3"]


def test_a_photo_found_late_comes_before_a_new_round() -> None:
    show = Rehearsal()
    show.open_with(2)
    show.wait()
    show.finish("b")
    assert show.cue(script.Found((Photo(b"c"),))) == ["decode c 4x3 prefetch"]


def test_nothing_is_decoded_ahead_while_something_moves() -> None:
    show = Rehearsal()
    show.begin(1)
    show.arrive("a")
    assert show.upload("a") == ["transition a 4x3"]
    assert show.cue(script.Found((Photo(b"b"),))) == []
    assert show.finish("a") == ["decode b 4x3 prefetch"]


def test_what_a_person_asks_for_is_decoded_even_while_something_moves() -> None:
    show = Rehearsal()
    show.begin(1)
    show.arrive("a")
    show.upload("a")
    show.cue(script.Found((Photo(b"b"),)))
    assert show.step(+1) == ["decode b 4x3 on_screen", "hurry"]


# Photos that change or vanish while they are made ready.


def changed(name: str) -> script.Found:
    return script.Found((Photo(name.encode(), size_bytes=99),))


def test_a_photo_that_changes_before_its_turn_is_made_anew() -> None:
    show = Rehearsal()
    show.open_with(5)
    assert show.cue(changed("b")) == [
        "release b 4x3",
        "decode b 4x3 prefetch",
    ], "it was uploaded already"
    assert show.arrive("b") == ["upload b 4x3"]
    show.upload("b")
    assert show.wait() == ["transition b 4x3"]


def test_a_frame_on_its_way_that_was_made_of_the_old_contents_is_given_back() -> None:
    show = Rehearsal()
    show.begin(3)
    assert show.cue(changed("a")) == []
    assert show.arrive("a") == ["release a 4x3", "decode a 4x3 on_screen"]


def test_a_refusal_of_the_old_contents_says_nothing_about_the_new() -> None:
    show = Rehearsal()
    show.begin(3)
    show.cue(changed("a"))
    assert show.refuse("a") == ["decode a 4x3 on_screen"]


def test_the_photo_on_screen_is_made_anew_for_its_next_turn_only() -> None:
    show = Rehearsal()
    show.open_with(5)
    assert show.cue(changed("a")) == []
    show.step(+1)
    assert "release a 4x3" in show.finish("b")
    assert "decode a 4x3 on_screen" in show.step(-1)


def test_a_photo_that_vanishes_before_its_turn_is_never_shown() -> None:
    show = Rehearsal()
    show.open_with(5)
    said = show.cue(script.Vanished((b"b",)))
    assert "release b 4x3" in said
    assert "upload c 4x3" in said
    show.upload("c")
    assert show.wait() == ["transition c 4x3"]


def test_what_vanishes_while_it_is_decoded_is_passed_over_without_a_word() -> None:
    show = Rehearsal()
    show.begin(3)
    show.cue(script.Vanished((b"a",)))
    said = show.refuse("a")
    assert not [line for line in said if line.startswith("skipped")]


def test_the_photo_on_screen_stays_though_its_file_has_vanished() -> None:
    show = Rehearsal()
    show.open_with(3)
    assert show.cue(script.Vanished((b"a",))) == []
    assert key("a") in show.cache
    assert show.wait() == ["transition b 4x3"]
    assert "release a 4x3" in show.finish("b")


def test_steps_that_lead_to_what_has_vanished_lead_no_farther_than_the_line() -> None:
    show = Rehearsal()
    show.begin(2)
    show.arrive("a")
    show.upload("a")
    show.step(+1)
    show.cue(script.Vanished((b"b",)))
    assert show.finish("a") == []
