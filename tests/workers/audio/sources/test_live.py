"""Listening to a real sound server while everything about it comes and goes."""

import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from listener import Listener
from sound_server import SINK, SoundServer, sound_server
from stillframe.contracts.control import Accompany
from stillframe.workers.audio.listening import NO_SERVER

# What the product promises is a second; a machine that does a hundred other things may need more.
SOON_S = 5.0
MONITOR = f"{SINK}.monitor"


@pytest.fixture
def sounds(tmp_path: Path) -> Iterator[SoundServer]:
    with sound_server(tmp_path) as server:
        yield server


@pytest.fixture
def listen(sounds: SoundServer) -> Iterator[Callable[[str], Listener]]:
    made: list[Listener] = []

    def make(wanted: str) -> Listener:
        made.append(Listener(sounds, wanted))
        return made[-1]

    yield make
    for one in made:
        one.close()


Listen = Callable[[str], Listener]


def test_what_the_computer_plays_is_heard(sounds: SoundServer, listen: Listen) -> None:
    sounds.play(hz=440)
    one = listen("auto")
    one.until_heard(440)
    assert one.source.heard_from == "Monitor of Null Output"
    assert (one.source.note, sounds.recorders()) == ("", [MONITOR])


def test_nothing_is_recorded_until_somebody_plays_nor_after(
    sounds: SoundServer, listen: Listen
) -> None:
    one = listen("auto")
    one.until(lambda: bool(one.asked))
    assert one.asked == [Accompany()]
    assert (one.beside.it.gone, one.source.note, sounds.recorders()) == (True, "", [])
    sounds.play()
    one.until_heard(440)
    sounds.silence()
    one.until(lambda: one.asked[-1] == Accompany() and one.beside.it.gone)
    assert len(one.asked) == 3


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSTOP])
def test_a_recording_program_that_dies_or_stands_still_is_replaced(
    how: signal.Signals, sounds: SoundServer, listen: Listen
) -> None:
    sounds.play(hz=440)
    one = listen("auto")
    one.until_heard(440)
    before = one.beside.pid()
    one.signal(how)
    one.until(lambda: not one.beside.it.gone and one.beside.pid() != before)
    assert one.until_heard(440) < SOON_S


def test_another_default_is_heard_instead(sounds: SoundServer, listen: Listen) -> None:
    sounds.play(hz=440)
    one = listen("auto")
    one.until_heard(440)
    sounds.add_sink("other")
    sounds.play("other", hz=1000)
    sounds.control("set-default-sink", "other")
    # The server moves along what did not choose its sink; this one did.
    assert one.until_heard(1000) < SOON_S
    assert sounds.recorders() == ["other.monitor"]


def test_a_device_that_vanishes_is_followed_by_the_next(
    sounds: SoundServer, listen: Listen
) -> None:
    gone = sounds.add_sink("headphones", default=True)
    sounds.play("headphones", hz=440)
    one = listen("auto")
    one.until_heard(440)
    sounds.unload(gone)  # what played there goes on playing to the sink that is left
    assert one.until_heard(440) < SOON_S
    assert sounds.recorders() == [MONITOR]


def test_a_server_that_is_started_again_is_heard_again(sounds: SoundServer, listen: Listen) -> None:
    sounds.play()
    one = listen("auto")
    one.until_heard(440)
    sounds.kill()
    one.until(lambda: one.source.note == NO_SERVER)
    assert one.asked[-1] == Accompany()
    sounds.start()
    sounds.play(hz=1000)
    assert one.until_heard(1000) < SOON_S
    assert one.source.note == ""


def test_a_server_that_stands_still_holds_nobody_up(sounds: SoundServer, listen: Listen) -> None:
    sounds.play()
    one = listen("auto")
    one.until_heard(440)
    sounds.freeze()
    one.until(lambda: one.asked[-1].anew)  # it is asked for anew, and every step returned
    sounds.thaw()
    assert one.until_heard(440) < SOON_S


@pytest.mark.parametrize("sink", ["mono rate=44100 channels=1", "cinema rate=44100 channels=8"])
def test_sinks_of_any_rate_and_width_are_heard_in_stereo(sink: str, tmp_path: Path) -> None:
    with sound_server(tmp_path, sink) as sounds:
        sounds.play(sink.split(maxsplit=1)[0], hz=1000)
        one = Listener(sounds, "auto")
        one.until_heard(1000)
        one.close()


def test_a_device_that_is_not_there_is_a_note_until_it_is(
    sounds: SoundServer, listen: Listen
) -> None:
    one = listen("headphones")
    one.until(lambda: bool(one.source.note))
    assert one.source.note == (
        "no sound device is called 'headphones'; see `stillframe audio devices`"
    )
    sounds.add_sink("headphones")
    sounds.play("headphones", hz=1000)
    one.until_heard(1000)
    assert one.source.note == ""


def test_a_microphone_is_heard_while_nobody_plays(sounds: SoundServer, listen: Listen) -> None:
    """A monitor that is made a source of its own stands for the microphone."""
    sounds.control("load-module", "module-remap-source", f"master={MONITOR}", "source_name=voice")
    sounds.control("set-default-source", "voice")
    one = listen("mic")
    one.until(lambda: one.asked == [Accompany(argument="voice")])
    sounds.play(hz=1000)
    one.until_heard(1000)


def test_who_takes_over_hears_on_from_the_same_program(sounds: SoundServer, listen: Listen) -> None:
    sounds.play()
    one = listen("auto")
    one.until_heard(440)
    before = one.beside.pid()
    heir = Listener(sounds, "auto", one.beside)
    heir.until_heard(440)
    assert (one.beside.pid(), heir.asked) == (before, [Accompany(argument=MONITOR)])


def test_who_takes_over_in_silence_ends_what_was_left(sounds: SoundServer, listen: Listen) -> None:
    sounds.play()
    one = listen("auto")
    one.until_heard(440)
    sounds.silence()
    heir = Listener(sounds, "auto", one.beside)
    heir.until(lambda: one.beside.it.gone)
    assert heir.asked == [Accompany()]


def test_small_pieces_are_gathered_into_blocks(sounds: SoundServer, listen: Listen) -> None:
    """A sink that is in a hurry gives 240 frames at a time."""
    sounds.play()
    one = listen("auto")
    one.until_heard(440)
    blocks = [block for _ in range(60) if (block := one.source.read(0.25))]
    lengths = sorted(len(block.samples) for block in blocks)
    assert len(blocks) > 50
    assert lengths[len(lengths) // 2] >= 256
    assert lengths[-1] <= 512
