"""The audio worker, driven by hand and as a process."""

import math
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import soundfile

from listening import SHAPE, heard_of_a_tune, listening
from stillframe.contracts.audio import Face, GhostingConfig, WindowConfig
from stillframe.contracts.errors import FaultError
from stillframe.contracts.hearing import Condition, pack, unpack
from stillframe.transport.latest import Latest

RATE_HZ = 48_000
HELPERS = str(Path(__file__).parents[2] / "helpers")
# The same sound, elsewhere: what is heard goes through memory, and beside it as text.
ELSEWHERE = """
import sys
from listening import SHAPE, heard_of_a_tune
from stillframe.contracts.audio import Face
from stillframe.contracts.hearing import pack
from stillframe.transport.latest import LatestWriter
heard = heard_of_a_tune(Face(sys.argv[2]))
LatestWriter(int(sys.argv[1]), SHAPE).publish(pack(heard))
print(bytes(heard.bars).hex())
"""


def wav(path: Path, samples: np.ndarray, rate_hz: int = RATE_HZ) -> str:
    soundfile.write(path, samples.astype(np.float32), rate_hz, subtype="FLOAT")
    return f"file:{path}"


def tone(seconds: float, hz: float = 440.0, rate_hz: int = RATE_HZ) -> np.ndarray:
    return 0.5 * np.sin(2 * np.pi * hz * np.arange(int(seconds * rate_hz)) / rate_hz)


def test_a_tune_is_heard_as_bars_that_move() -> None:
    with listening() as it:
        result = it.ask("synthetic:3")
        shapes = [it.next() for _ in range(60)]
    assert {heard.generation for heard in shapes} == {result.generation}
    assert {heard.condition for heard in shapes[5:]} == {Condition.SOUNDING}
    assert max(max(heard.bars) for heard in shapes) > 0.2
    assert len({bytes(heard.bars) for heard in shapes}) > 30
    assert all(heard.level > 0 for heard in shapes)
    assert all(g >= b for heard in shapes for g, b in zip(heard.ghosts, heard.bars, strict=True))
    assert any(min(heard.wave) < 0 < max(heard.wave) for heard in shapes)
    times = [heard.ts_ns for heard in shapes]
    assert times == sorted(times)


@pytest.mark.parametrize("face", Face)
def test_bars_from_another_process_equal_those_of_this_one_to_the_bit(face: Face) -> None:
    latest = Latest(SHAPE)
    reader = latest.reader()
    child = subprocess.run(
        [sys.executable, "-c", ELSEWHERE, str(latest.descriptor), face.value],
        env={**os.environ, "PYTHONPATH": HELPERS},
        pass_fds=[latest.descriptor],
        check=True,
        capture_output=True,
    )
    payload = reader.poll()
    assert payload is not None
    heard = unpack(payload)
    here = heard_of_a_tune(face)
    assert max(here.bars) > 0.1
    assert bytes(heard.bars).hex() == bytes(here.bars).hex() == child.stdout.decode().strip()
    assert heard == unpack(pack(here))
    reader.close()
    latest.close()


@pytest.mark.parametrize("channels", [1, 2, 6, 8])
@pytest.mark.parametrize("rate_hz", [8_000, 44_100, 192_000])
def test_any_channels_and_rate_are_heard(tmp_path: Path, channels: int, rate_hz: int) -> None:
    sound = np.repeat(tone(0.5, rate_hz=rate_hz)[:, np.newaxis], channels, axis=1)
    with listening() as it:
        it.ask(wav(tmp_path / "a.wav", sound, rate_hz))
        heard = [it.next() for _ in range(10)]
    assert any(h.sounding for h in heard)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, 1e30, 3.0])
def test_samples_that_are_no_sound_give_finite_bars(tmp_path: Path, value: float) -> None:
    sound = tone(0.5)
    sound[::7] = value
    with listening() as it:
        it.ask(wav(tmp_path / "bad.wav", sound))
        for _ in range(20):
            it.next()  # `unpack` refuses whatever is not finite and in range


def test_after_the_sound_bars_sink_and_then_nothing_is_published(tmp_path: Path) -> None:
    sound = np.concatenate((tone(0.3), np.zeros(20 * RATE_HZ)))
    with listening() as it:
        it.ask(
            wav(tmp_path / "end.wav", sound), ghosting_cfg=GhostingConfig(hold_s=0.1, decay_s=0.1)
        )
        heard = it.next()
        while heard.condition is not Condition.SILENT:
            heard = it.next()
        while max(heard.ghosts) > 1e-3:
            heard = it.next()
        last = None
        for _ in range(60):
            it.handler.live(it.wake, 0.05)
            last = it.reader.poll() or last
        for _ in range(30):
            it.handler.live(it.wake, 0.05)
        assert it.reader.poll() is None
        assert last is not None
        assert max(unpack(last).ghosts) == max(unpack(last).bars) == unpack(last).level == 0


def test_a_message_ends_the_listening_at_once() -> None:
    with listening() as it:
        it.ask("synthetic:1")
        it.message()
        begun_s = time.monotonic()
        for _ in range(10):
            assert it.handler.live(it.wake, 5.0)
        assert time.monotonic() - begun_s < 5.0


def test_before_a_request_nothing_is_listened_to() -> None:
    with listening() as it:
        assert not it.handler.live(it.wake, 0.0)
        assert it.reader.poll() is None


def test_a_new_request_changes_what_is_heard_and_says_so() -> None:
    with listening() as it:
        it.ask("synthetic:1")
        it.next()
        result = it.ask("synthetic:2", window=WindowConfig(bar_count=32))
        heard = it.next()
        while heard.generation != result.generation:
            heard = it.next()
        assert heard.bar_count == 32
        assert result.bins.bar_count == 32


@pytest.mark.parametrize("source", ["file:/no/such/file.wav", "synthetic:x", ""])
def test_a_source_that_is_none_is_refused_and_the_one_before_goes_on(source: str) -> None:
    with listening() as it:
        it.ask("synthetic:1")
        with pytest.raises(FaultError):
            it.ask(source)
        assert it.next().sounding


def test_where_a_file_ends_in_rubbish_bars_sink_and_a_note_says_why(tmp_path: Path) -> None:
    path = tmp_path / "cut.flac"
    soundfile.write(path, tone(3.0), RATE_HZ)
    size = path.stat().st_size
    os.truncate(path, size // 2)
    with listening() as it:
        it.ask(f"file:{path}")
        heard = it.next()
        while not heard.note:
            heard = it.next()
        assert heard.condition in (Condition.SOUNDING, Condition.DEAF)
        while heard.condition is not Condition.DEAF:
            heard = it.next()


def test_the_offsets_of_the_answer_are_those_of_a_publication() -> None:
    with listening() as it:
        result = it.ask("synthetic:5")
        it.handler.live(it.wake, 0.25)
        payload = None
        while payload is None:
            it.handler.live(it.wake, 0.25)
            payload = it.reader.poll()
        bins = result.bins
        bars = memoryview(payload)[bins.offset_bytes :][: 4 * bins.bar_count].cast("f")
        it_is = [float(b) for b in bars]
        assert len(it_is) == 15
        assert all(0 <= b <= 1 for b in it_is)
