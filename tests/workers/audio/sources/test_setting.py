"""The words of a person, and the source that they mean."""

from pathlib import Path

import pytest

from sound_server import write_tone
from stillframe.contracts.control import Accompany, Start
from stillframe.contracts.errors import FaultError, FaultKind
from stillframe.workers.audio.sources.live import LiveSource
from stillframe.workers.audio.sources.setting import open_source
from stillframe.workers.audio.sources.source import Source

START = Start(worker="audio", heartbeat=5)


def _open(wanted: str, start: Start = START) -> Source:
    said: list[Accompany] = []
    source = open_source(wanted, start, said.append)
    source.close()
    assert said == []
    return source


def test_a_file_and_a_tune_are_heard_by_their_names(tmp_path: Path) -> None:
    tone = tmp_path / "a: tone.wav"
    write_tone(tone, hz=440, level=0.5, seconds=0.1)
    assert _open(f"file:{tone}").heard_from == f"the file {tone}"
    assert _open("synthetic:7").heard_from == "a synthetic tune (seed 7)"


@pytest.mark.parametrize("wanted", ["auto", "mic", "Monitor of Speakers", "filed away"])
def test_all_else_is_a_device(wanted: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    reader = (tmp_path / "pipe").open("wb")
    with reader:
        start = Start(worker="audio", heartbeat=5, companion=reader.fileno())
        assert isinstance(_open(wanted, start), LiveSource)


@pytest.mark.parametrize(
    ("wanted", "kind"),
    [
        ("auto", FaultKind.NO_DEVICE),
        ("file:", FaultKind.NOT_FOUND),
        ("file:/no/such/file", FaultKind.NOT_FOUND),
        ("file:a\0b", FaultKind.IO_ERROR),
        ("synthetic:", FaultKind.BAD_REQUEST),
        ("synthetic:-1", FaultKind.BAD_REQUEST),
        ("synthetic:x", FaultKind.BAD_REQUEST),
        ("synthetic:\u0663", FaultKind.BAD_REQUEST),  # a digit, but of another script
        (f"synthetic:{1 << 64}", FaultKind.BAD_REQUEST),
        ("synthetic:" + "9" * 100_000, FaultKind.BAD_REQUEST),
    ],
)
def test_what_is_no_source_is_refused(wanted: str, kind: FaultKind) -> None:
    with pytest.raises(FaultError) as refused:
        _open(wanted)
    assert refused.value.fault.kind is kind
