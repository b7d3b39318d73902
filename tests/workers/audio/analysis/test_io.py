"""Whole files, heard stretch by stretch."""

import itertools
from pathlib import Path

import numpy as np
import pytest
import soundfile

from stillframe.contracts.analysis import AnalysisRequest, AnalysisResult
from stillframe.contracts.control import Start
from stillframe.contracts.errors import FaultError, FaultKind
from stillframe.workers.audio.analysis.io import AnalysisHandler
from stillframe.workers.audio.rhythm.tracker import analyse

RATE_HZ = 22_050
_SEQ = itertools.count(1)


def _clicks(path: Path, seconds: float, interval_s: float, channels: int = 1) -> bytes:
    """Write a click every `interval_s`, each a burst of noise that dies away."""
    rng = np.random.default_rng(1)
    sound = np.zeros(round(seconds * RATE_HZ))
    click = rng.standard_normal(2000) * np.exp(-np.arange(2000) / 300) * 0.3
    for at in np.arange(0.5, seconds - 0.2, interval_s):
        begin = round(at * RATE_HZ)
        sound[begin : begin + 2000] += click
    soundfile.write(path, np.repeat(sound[:, None], channels, axis=1), RATE_HZ, subtype="FLOAT")
    return str(path).encode()


def _ask(handler: AnalysisHandler, path: bytes, cursor: int) -> AnalysisResult:
    request = AnalysisRequest(
        seq=next(_SEQ),
        correlation_id=0,
        worker="analysis",
        ts_req_ns=0,
        deadline_ns=0,
        path=path,
        cursor=cursor,
    )
    return handler.handle(request)


def _heard(path: bytes) -> list[AnalysisResult]:
    handler = AnalysisHandler.start(Start(worker="analysis", heartbeat=5))
    answers = [_ask(handler, path, 0)]
    while answers[-1].next_cursor:
        answers.append(_ask(handler, path, answers[-1].next_cursor))
    handler.close()
    return answers


def test_stretches_say_together_what_the_whole_says(tmp_path: Path) -> None:
    path = _clicks(tmp_path / "clicks.wav", 27.0, 0.5)
    answers = _heard(path)
    samples, _ = soundfile.read(path.decode(), dtype="float32")
    whole = analyse(samples, RATE_HZ)
    assert len(answers) == 3
    assert tuple(t for answer in answers for t in answer.beats_s) == whole.beats_s
    assert tuple(t for answer in answers for t in answer.onsets_s) == whole.onsets_s
    assert answers[-1].tempo_bpm == whole.tempo_bpm


def test_clicks_are_found_where_they_are(tmp_path: Path) -> None:
    answers = _heard(_clicks(tmp_path / "clicks.flac.wav", 27.0, 0.5, channels=2))
    onsets_s = np.array([t for answer in answers for t in answer.onsets_s])
    clicks_s = np.arange(0.5, 26.8, 0.5)
    found = [np.abs(onsets_s - at).min() < 0.05 for at in clicks_s]
    assert np.mean(found) > 0.95
    tempo_bpm = answers[-1].tempo_bpm
    assert tempo_bpm is not None
    assert min(abs(tempo_bpm - of) for of in (60, 120, 240)) < 3


def test_progress_is_told_and_ends_at_the_length(tmp_path: Path) -> None:
    answers = _heard(_clicks(tmp_path / "clicks.wav", 27.0, 0.5))
    assert {answer.length_s for answer in answers} == {27.0}
    heard_s = [answer.heard_s for answer in answers]
    assert heard_s == sorted(heard_s)
    assert heard_s[-1] == 27.0


def test_silence_has_no_beat(tmp_path: Path) -> None:
    path = tmp_path / "silence.wav"
    soundfile.write(path, np.zeros(RATE_HZ * 3), RATE_HZ)
    (answer,) = _heard(str(path).encode())
    assert (answer.beats_s, answer.onsets_s, answer.tempo_bpm) == ((), (), None)


def test_a_stretch_that_was_not_heard_up_to_is_refused(tmp_path: Path) -> None:
    path = _clicks(tmp_path / "clicks.wav", 27.0, 0.5)
    handler = AnalysisHandler.start(Start(worker="analysis", heartbeat=5))
    with pytest.raises(FaultError) as refused:
        _ask(handler, path, 5)
    assert refused.value.fault.kind is FaultKind.BAD_REQUEST
    first = _ask(handler, path, 0)
    with pytest.raises(FaultError):
        _ask(handler, path + b"x", first.next_cursor)
    assert _ask(handler, path, first.next_cursor).heard_s > first.heard_s
    handler.close()


def test_another_file_is_heard_from_its_beginning(tmp_path: Path) -> None:
    handler = AnalysisHandler.start(Start(worker="analysis", heartbeat=5))
    one, two = (_clicks(tmp_path / f"{n}.wav", 12.0, 0.5) for n in (1, 2))
    assert _ask(handler, one, 0) != (again := _ask(handler, two, 0))
    assert again.heard_s == pytest.approx(10.0, abs=0.05)
    handler.close()


def test_what_is_no_sound_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "text.wav"
    path.write_text("no sound")
    with pytest.raises(FaultError) as refused:
        _heard(str(path).encode())
    assert refused.value.fault.kind is FaultKind.UNSUPPORTED_FORMAT
