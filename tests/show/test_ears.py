"""The show's ears: what they ask for, and what they make of what comes."""

from array import array
from collections.abc import Iterator

import msgspec
import pytest

from stillframe.contracts.audio import AudioRequest, AudioResult, BinsHandle
from stillframe.contracts.hearing import (
    HEARING_CAP_BYTES,
    WAVE_POINTS,
    Condition,
    Hearing,
    pack,
)
from stillframe.contracts.messages import Asking, echo
from stillframe.settings import SettingError, Settings, load
from stillframe.show.ears import AUDIO, Ears, decibels, shows_sound
from stillframe.supervision import events
from stillframe.supervision.events import Command, RefusalSource, WorkerState
from stillframe.transport.backlog import DropReason
from stillframe.transport.latest import Latest, LatestShape, LatestWriter


def settings(**environ: str) -> Settings:
    variables = {f"STILLFRAME_{name.upper()}": value for name, value in environ.items()}
    return load(file_text=None, file_name="", environ=variables, flags={})


class Engine:
    """Keeps what it is given."""

    def __init__(self) -> None:
        self.posted: list[Command] = []
        self.seq = 0

    def asking(self, worker: str) -> Asking:
        self.seq += 1
        return Asking(seq=self.seq, correlation_id=0, worker=worker, ts_req_ns=1, deadline_ns=2)

    def post(self, command: Command) -> None:
        self.posted.append(command)

    @property
    def requests(self) -> list[AudioRequest]:
        """What was asked."""
        asked = [it.request for it in self.posted if isinstance(it, events.Submit)]
        return [request for request in asked if isinstance(request, AudioRequest)]


class Hearings:
    """Ears, and somebody to be heard."""

    def __init__(self) -> None:
        self.engine = Engine()
        shape = LatestShape(HEARING_CAP_BYTES)
        self.latest = Latest(shape)
        self.writer = LatestWriter(self.latest.descriptor, shape)
        chosen = settings(audio_source="synthetic:1", audio_equaliser_db="3, -2.5")
        self.told: list[str] = []
        self.ears = Ears(chosen.audio, self.engine, self.latest.reader(), self.told.append)

    def answer(self) -> None:
        request = self.engine.requests[-1]
        handle = BinsHandle(offset_bytes=80, bar_count=64, ghost_count=64, channel_count=2)
        result = AudioResult(**echo(request, 3), bins=handle, beat_offset_bytes=32, ts_ns=3)
        assert self.ears.take(events.Completed(request, result, None))

    def ready(self, pid: int = 1) -> bool:
        return self.ears.take(events.WorkerChanged(AUDIO, WorkerState.READY, pid))


@pytest.fixture
def heard() -> Iterator[Hearings]:
    it = Hearings()
    yield it
    it.ears.close()
    it.writer.close()
    it.latest.close()


def hearing(bars: list[float], note: str = "") -> Hearing:
    floats = memoryview(array("f", bars))
    wave = memoryview(array("f", [0.0] * WAVE_POINTS))
    return Hearing(
        ts_ns=5,
        channels=1,
        condition=Condition.DEAF if note else Condition.SOUNDING,
        bars=floats,
        ghosts=floats,
        wave=wave,
        note=note,
    )


def test_to_listen_is_to_ask_once_with_what_the_settings_say(heard: Hearings) -> None:
    heard.ears.listen(on=True)
    heard.ears.listen(on=True)
    (request,) = heard.engine.requests
    assert request.source == "synthetic:1"
    assert request.tone.equaliser_db == (3.0, -2.5)
    assert request.tone.sensitivity is None
    assert request.window.bar_count == 64


def test_not_to_listen_any_more_is_to_ask_for_nothing(heard: Hearings) -> None:
    heard.ears.listen(on=True)
    heard.answer()
    heard.ears.listen(on=False)
    assert heard.engine.requests[-1].source == "off"


def test_a_worker_that_comes_after_a_death_is_asked_anew(heard: Hearings) -> None:
    heard.ears.listen(on=True)
    assert not heard.ready(), "others want to know of it too"
    assert len(heard.engine.requests) == 1, "the first is still on its way"
    heard.answer()
    heard.ready(2)
    heard.answer()
    heard.ready(3)
    assert len(heard.engine.requests) == 3


def test_a_worker_that_comes_while_nobody_listens_is_asked_nothing(heard: Hearings) -> None:
    heard.ready()
    assert heard.engine.requests == []


def test_what_was_heard_last_stays(heard: Hearings) -> None:
    assert heard.ears.poll() is None
    heard.writer.publish(pack(hearing([0.25, 0.5])))
    assert heard.ears.poll() == hearing([0.25, 0.5])
    assert heard.ears.poll() == hearing([0.25, 0.5])


def test_a_lie_is_counted_and_what_was_heard_before_stays(heard: Hearings) -> None:
    heard.writer.publish(pack(hearing([0.25])))
    heard.ears.poll()
    for payload in (b"", b"lies", pack(msgspec.structs.replace(hearing([1.0]), level=7.0))):
        heard.writer.publish(payload)
        assert heard.ears.poll() == hearing([0.25])
    assert heard.ears.lies == 3


def test_why_nothing_is_heard_is_a_note_while_somebody_listens(heard: Hearings) -> None:
    heard.ears.listen(on=True)
    assert heard.ears.note == ""
    heard.writer.publish(pack(hearing([0.0], note="no sound server was found")))
    heard.ears.poll()
    heard.writer.publish(pack(hearing([0.0], note="no sound server was found")))
    heard.ears.poll()
    assert heard.ears.note == "no sound server was found"
    assert heard.told == ["no sound server was found"], "once"
    heard.ears.listen(on=False)
    assert heard.ears.note == ""


def test_a_refusal_is_a_note_until_the_next_answer(heard: Hearings) -> None:
    heard.ears.listen(on=True)
    request = heard.engine.requests[-1]
    refused = events.Refused(request, "not-found", "no such file", RefusalSource.WORKER)
    assert heard.ears.take(refused)
    assert heard.ears.note == "audio: no such file"
    assert heard.told == ["audio: no such file"]
    heard.ready(2)
    heard.answer()
    assert heard.ears.note == ""


def test_a_request_that_was_replaced_is_no_news(heard: Hearings) -> None:
    heard.ears.listen(on=True)
    assert heard.ears.take(events.Dropped(heard.engine.requests[-1], DropReason.SUPERSEDED))
    assert heard.ears.note == ""


@pytest.mark.parametrize(
    ("text", "values"),
    [("", ()), ("3", (3.0,)), ("3, -2.5 0", (3.0, -2.5, 0.0)), (" , ", ())],
)
def test_an_equaliser_is_numbers_with_commas(text: str, values: tuple[float, ...]) -> None:
    assert decibels(text) == values


@pytest.mark.parametrize("text", ["loud", "61", "nan", "1," * 33, "-inf"])
def test_an_equaliser_that_is_none_is_refused_by_name(text: str) -> None:
    with pytest.raises(SettingError, match=r"audio\.equaliser_db"):
        decibels(text)


@pytest.mark.parametrize(
    ("source", "style", "shows"),
    [
        ("", "auto", False),
        ("auto", "auto", True),
        ("mic", "auto", True),
        ("off", "auto", False),
        ("", "radial", True),
        ("off", "radial", False),
        ("auto", "off", False),
    ],
)
def test_sound_is_shown_where_somebody_asked_for_either(
    source: str,
    style: str,
    shows: bool,  # noqa: FBT001 - a case's outcome
) -> None:
    assert shows_sound(settings(audio_source=source, visualizer_style=style)) is shows
