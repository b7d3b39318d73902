"""What is opened and when, told by a clock of the test."""

from dataclasses import replace

import pytest

from stillframe.workers.audio.listening import (
    FIRST_NS,
    LINGER_NS,
    LONGEST_NS,
    NO_DEVICE,
    NO_SERVER,
    STALL_NS,
    Device,
    Ear,
    Server,
    Verdict,
    choose,
    heard,
    look,
)

T = 1_000_000_000_000
MS = 1_000_000
SPEAKERS = Device("speakers.monitor", "Monitor of Speakers", "speakers", playing=True)
HDMI = Device("hdmi.monitor", "Monitor of HDMI", "hdmi", playing=False)
MICROPHONE = Device("mic0", "Built-in Microphone")
SERVER = Server((SPEAKERS, HDMI, MICROPHONE), "speakers", "mic0")


def _playing(*names: str) -> Server:
    devices = (
        replace(device, playing=device.monitor_of in names) if device.monitor_of else device
        for device in SERVER.devices
    )
    return replace(SERVER, devices=tuple(devices))


def _opened(wanted: str = "auto", server: Server = SERVER) -> Verdict:
    return look(Ear(), server, wanted, T)


@pytest.mark.parametrize(
    ("wanted", "playing", "name"),
    [
        ("auto", ("speakers",), "speakers.monitor"),
        ("auto", (), "speakers.monitor"),
        ("auto", ("hdmi",), "hdmi.monitor"),
        ("auto", ("hdmi", "speakers"), "speakers.monitor"),
        ("mic", (), "mic0"),
        ("hdmi.monitor", (), "hdmi.monitor"),
        ("hdmi", (), "hdmi.monitor"),
        ("built-in microphone", (), "mic0"),
        ("microphone", (), "mic0"),
        ("monitor", (), None),  # two have it in their names
        ("", (), None),
        ("trumpet", (), None),
    ],
)
def test_who_is_meant(wanted: str, playing: tuple[str, ...], name: str | None) -> None:
    chosen = choose(_playing(*playing), wanted)
    assert (chosen.name if chosen else None) == name


def test_what_plays_is_opened_at_once() -> None:
    verdict = _opened()
    assert (verdict.reopen, verdict.ear.device) == (True, "speakers.monitor")
    assert (verdict.listens_to, verdict.note) == ("Monitor of Speakers", "")


def test_nothing_is_opened_while_nobody_plays() -> None:
    verdict = _opened(server=_playing())
    assert (verdict.reopen, verdict.ear.device, verdict.again_ns) == (False, "", None)
    assert (verdict.listens_to, verdict.note) == ("Monitor of Speakers", "")


def test_a_microphone_is_opened_whoever_plays() -> None:
    assert _opened("mic", _playing()).ear.device == "mic0"


@pytest.mark.parametrize(
    ("server", "wanted", "note"),
    [
        (None, "auto", NO_SERVER),
        (Server(), "auto", NO_DEVICE),
        (Server(), "mic", NO_DEVICE),
        (SERVER, "x", "no sound device is called 'x'; see `stillframe audio devices`"),
    ],
)
def test_what_is_missing_is_a_note_and_is_let_go(
    server: Server | None, wanted: str, note: str
) -> None:
    held = _opened().ear
    verdict = look(held, server, wanted, T)
    assert (verdict.reopen, verdict.ear.device, verdict.note) == (True, "", note)
    again = look(verdict.ear, server, wanted, T)
    assert (again.reopen, again.again_ns) == (False, None)


def test_a_new_default_is_opened_at_once() -> None:
    moved = replace(_playing("hdmi", "speakers"), default_sink="hdmi")
    verdict = look(heard(_opened().ear, T), moved, "auto", T + 1)
    assert (verdict.reopen, verdict.ear.device) == (True, "hdmi.monitor")


def test_when_the_music_ends_it_is_let_go_after_a_while() -> None:
    ear = heard(_opened().ear, T)
    verdict = look(ear, _playing(), "auto", T + 1)
    assert (verdict.reopen, verdict.again_ns) == (False, T + LINGER_NS)
    verdict = look(verdict.ear, _playing(), "auto", T + LINGER_NS)
    assert (verdict.reopen, verdict.ear.device, verdict.note) == (True, "", "")
    back = look(verdict.ear, SERVER, "auto", T + 2 * LINGER_NS)
    assert (back.reopen, back.ear.device) == (True, "speakers.monitor")


def test_sound_that_stops_while_somebody_plays_is_opened_anew_after_a_third_of_a_second() -> None:
    ear = heard(_opened().ear, T + 50 * MS)
    before = look(ear, SERVER, "auto", T + 50 * MS + STALL_NS - 1)
    assert (before.reopen, before.again_ns) == (False, T + 50 * MS + STALL_NS)
    after = look(before.ear, SERVER, "auto", T + 50 * MS + STALL_NS)
    assert (after.reopen, after.ear.device) == (True, "speakers.monitor")


def test_music_that_begins_again_is_given_its_time() -> None:
    """What was heard last was long ago, but nothing was to be heard in between."""
    ear = look(heard(_opened().ear, T), _playing(), "auto", T + 1).ear
    begins_ns = T + LINGER_NS - 1
    verdict = look(ear, SERVER, "auto", begins_ns)
    assert (verdict.reopen, verdict.again_ns) == (False, begins_ns + STALL_NS)


def test_a_device_that_never_says_anything_is_tried_ever_more_seldom() -> None:
    verdict, waits = _opened(), []
    now_ns = T
    for _ in range(8):
        assert verdict.again_ns is not None
        waits.append(verdict.again_ns - now_ns)
        assert not look(verdict.ear, SERVER, "auto", verdict.again_ns - 1).reopen
        now_ns = verdict.again_ns
        verdict = look(verdict.ear, SERVER, "auto", now_ns)
        assert verdict.reopen
    assert waits == [FIRST_NS * 2**n for n in range(4)] + [LONGEST_NS] * 4
    assert "no sound comes from Monitor of Speakers" in verdict.note


def test_one_that_stutters_is_trusted_again_once_it_was_heard_for_long_enough() -> None:
    ear = replace(_opened().ear, tries=5)
    assert heard(ear, T + 100 * MS).tries == 5
    assert heard(ear, T + 2000 * MS).tries == 0


def test_a_note_about_silence_goes_with_the_first_sound() -> None:
    ear = replace(_opened().ear, tries=3)
    assert look(ear, SERVER, "auto", T + 1).note
    assert look(heard(ear, T + 1), SERVER, "auto", T + 2).note == ""
