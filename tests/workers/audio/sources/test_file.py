"""Files of sound: what is read of them, and which are refused."""

import contextlib
import struct
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import soundfile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stillframe.contracts.errors import FaultError, FaultKind
from stillframe.workers.audio.sources.file import SoundFile, fold

RATE_HZ = 44_100


def _tone(frames: int, channels: int) -> npt.NDArray[np.float64]:
    t = np.arange(frames) / RATE_HZ
    return np.stack([0.5 * np.sin(2 * np.pi * (k + 1) * 220 * t) for k in range(channels)], 1)


def _path(at: Path) -> bytes:
    return str(at).encode()


@pytest.mark.parametrize("kind", ["wav", "flac", "ogg", "mp3"])
def test_common_kinds_are_read(kind: str, tmp_path: Path) -> None:
    there = tmp_path / f"tone.{kind}"
    soundfile.write(there, _tone(RATE_HZ, 2), RATE_HZ)
    opened = SoundFile(_path(there))
    samples = opened.read(RATE_HZ // 2)
    assert (opened.sample_rate_hz, opened.channels) == (RATE_HZ, 2)
    assert (samples.shape, samples.dtype) == ((RATE_HZ // 2, 2), np.float32)
    # The loudest line of the left channel is the tone that was written.
    spectrum = np.abs(np.fft.rfft(samples[:, 0]))
    assert abs(int(spectrum.argmax()) * 2 - 220) <= 2
    opened.close()


def test_the_end_is_nothing_and_playing_on_is_the_beginning(tmp_path: Path) -> None:
    there = tmp_path / "short.wav"
    soundfile.write(there, _tone(100, 1), RATE_HZ, subtype="FLOAT")
    opened = SoundFile(_path(there))
    assert [len(opened.read(64)) for _ in range(3)] == [64, 36, 0]
    again = SoundFile(_path(there)).take(250)
    assert np.array_equal(again[100:200], again[:100])
    assert np.array_equal(again[200:250], again[:50])


def test_it_is_called_by_its_name(tmp_path: Path) -> None:
    there = tmp_path / "short.wav"
    soundfile.write(there, _tone(100, 1), RATE_HZ)
    assert SoundFile(_path(there)).title == f"the file {there}"


def test_many_channels_become_two() -> None:
    six = np.tile(np.arange(6, dtype=np.float32), (3, 1))
    assert np.array_equal(fold(six), np.tile(np.float32([2, 3]), (3, 1)))
    assert fold(six[:, :1]).shape == (3, 1)


def _wav(rate_hz: int, channels: int, frames: int, data: bytes = b"") -> bytes:
    """A header that says what it likes, made by hand."""
    align = channels * 2
    head = struct.pack("<HHIIHH", 1, channels, rate_hz, rate_hz * align & 0xFFFFFFFF, align, 16)
    chunks = b"fmt " + struct.pack("<I", 16) + head
    chunks += b"data" + struct.pack("<I", min(frames * align, 0xFFFFFFFF)) + data
    return b"RIFF" + struct.pack("<I", len(chunks) + 4) + b"WAVE" + chunks


@pytest.mark.parametrize(
    ("content", "kind", "actual"),
    [
        (_wav(1_000, 1, 10, bytes(20)), FaultKind.UNSUPPORTED_FORMAT, 1_000),
        (_wav(4_000_000, 1, 10, bytes(20)), FaultKind.UNSUPPORTED_FORMAT, 4_000_000),
        (_wav(RATE_HZ, 200, 10, bytes(4000)), FaultKind.UNSUPPORTED_FORMAT, 200),
        (_wav(RATE_HZ, 1, 0), FaultKind.EMPTY, 0),
        (b"", FaultKind.UNSUPPORTED_FORMAT, 0),
        (b"RIFF and then nothing of the kind", FaultKind.UNSUPPORTED_FORMAT, 0),
    ],
)
def test_what_cannot_be_heard_is_refused(
    content: bytes, kind: FaultKind, actual: int, tmp_path: Path
) -> None:
    there = tmp_path / "hostile.wav"
    there.write_bytes(content)
    with pytest.raises(FaultError) as refused:
        SoundFile(_path(there))
    assert (refused.value.fault.kind, refused.value.fault.actual) == (kind, actual)


def test_longer_than_a_day_is_refused(tmp_path: Path) -> None:
    there = tmp_path / "days.wav"
    frames = 25 * 3600 * 8_000
    with there.open("wb") as written:
        written.write(_wav(8_000, 1, frames))
        written.truncate(frames * 2 + 44)  # a hole: it takes no room
    with pytest.raises(FaultError) as refused:
        SoundFile(_path(there))
    assert refused.value.fault.kind is FaultKind.TOO_LARGE
    assert (refused.value.fault.actual, refused.value.fault.limit) == (25 * 3600, 24 * 3600)


def test_what_is_not_there_and_what_is_no_file(tmp_path: Path) -> None:
    for there, kind in ((tmp_path / "no", FaultKind.NOT_FOUND), (tmp_path, FaultKind.NOT_A_FILE)):
        with pytest.raises(FaultError) as refused:
            SoundFile(_path(there))
        assert refused.value.fault.kind is kind


@pytest.fixture(scope="module")
def originals(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("originals")
    for kind in ("wav", "flac", "ogg", "mp3"):
        soundfile.write(folder / f"o.{kind}", _tone(5000, 2), RATE_HZ)
    return {kind: (folder / f"o.{kind}").read_bytes() for kind in ("wav", "flac", "ogg", "mp3")}


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    kind=st.sampled_from(["wav", "flac", "ogg", "mp3"]),
    hits=st.lists(st.tuples(st.integers(0, 200_000), st.integers(0, 255)), max_size=12),
    keep=st.integers(0, 200_000),
)
def test_a_damaged_file_is_sound_or_a_fault(
    kind: str,
    hits: list[tuple[int, int]],
    keep: int,
    originals: dict[str, bytes],
    tmp_path: Path,
) -> None:
    content = bytearray(originals[kind])
    for at, value in hits:
        content[at % len(content)] = value
    there = tmp_path / f"damaged.{kind}"
    there.write_bytes(bytes(content[: max(1, keep % (2 * len(content)))]))
    with contextlib.suppress(FaultError):  # and nothing else
        opened = SoundFile(_path(there))
        samples = opened.take(6000)
        assert samples.shape == (6000, opened.channels)
        assert opened.channels <= 2
        opened.close()
