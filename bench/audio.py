"""What bars of sound cost, and how soon an event is seen in them.

Role: measures `workers.audio.spectrum` alone: blocks in, bars out, sixty times a second.
Counterpart: `workers.audio.core` does the same with what a source gives.

Guarantees: CPU time per second of sound, the same music for everybody, in turns. `cava` runs as its
users run it, fed through a fifo as fast as sound is heard: its time holds its reading too, and ours
does not. The latencies are of synthetic events whose beginning is known to the sample; the sixtieth
of a second that a frame lasts is in them.
"""

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from bench import rounds, table
from bench.clocks import process_cpu_s
from bench.rounds import turned
from bench.table import Row
from stillframe.workers.audio.sources.synthetic import SyntheticFrames
from stillframe.workers.audio.spectrum import Spectrum, SpectrumConfig

_RATE_HZ: Final = 48_000
_FPS: Final = 60
_FRAME: Final = _RATE_HZ // _FPS
_BARS: Final = 64
_SOUND_S: Final = 10
_CAVA_S: Final = 4
_QUICK_S: Final = 40.0
_FULL_ROUNDS: Final = 12
_OFFSETS: Final = 40
_WINDOW: Final = 4096
_CAVA_CONFIG: Final = """
[general]
bars = 128
framerate = 60
[input]
method = fifo
source = {fifo}
sample_rate = 48000
[output]
method = raw
channels = stereo
raw_target = /dev/null
bit_format = 8bit
"""

Sound = npt.NDArray[np.float32]


def main(arguments: list[str]) -> int:
    """Measure and print."""
    pace = rounds.parse("audio", __doc__, arguments, quick_s=_QUICK_S)
    music = SyntheticFrames(7, _RATE_HZ).take(_SOUND_S * _RATE_HZ)
    contenders: dict[str, Callable[[Sound], float]] = {"ours": _ours, "numpy_4096": _plain}
    notes = [f"numpy_4096: one transform of {_WINDOW} samples a channel and frame, and its sums"]
    if shutil.which("cava"):
        contenders["cava"] = _cava
    else:
        notes.append("left out: cava: not installed (apt-get install cava)")
    notes.append("left out: cavacore: its source is in no package here")
    taken: dict[str, list[float]] = {name: [] for name in contenders}
    done = 0
    for number in pace.from_now().rounds(_FULL_ROUNDS):
        for name in turned(contenders, number):
            taken[name].append(contenders[name](music))
        done += 1
    medians = {name: statistics.median(values) for name, values in taken.items()}
    ours = medians.pop("ours")
    rows = [Row("bars_60fps_stereo_64", "cpu_ms_per_s", "ms", ours, medians)]
    for case, event in (("kick", _kick), ("hat", _hat)):
        rows += [
            Row(case, f"rise{share}_ms", "ms", _rise_ms(event, share / 100))
            for share in (10, 50, 90)
        ]
    table.show("audio", rows, notes=[*notes, f"rounds: {done}"])
    return 0


def _ours(music: Sound) -> float:
    spectrum = Spectrum(SpectrumConfig(sample_rate_hz=_RATE_HZ, bars=_BARS))

    def step(block: Sound) -> None:
        spectrum.push(block)
        spectrum.bars(1 / _FPS)

    return _timed(music, step)


def _plain(music: Sound) -> float:
    window = np.hanning(_WINDOW).astype(np.float32)
    recent = np.zeros((2, _WINDOW), np.float32)
    edges = np.unique(np.geomspace(3, _WINDOW // 3, _BARS + 1).astype(int))

    def step(block: Sound) -> None:
        nonlocal recent
        recent = np.concatenate((recent[:, len(block) :], block.T), axis=1)
        magnitudes = np.abs(np.fft.rfft(recent * window))
        np.add.reduceat(magnitudes, edges, axis=1)

    return _timed(music, step)


def _timed(music: Sound, step: Callable[[Sound], object]) -> float:
    """Return the CPU time, in ms, of one second of sound."""
    begun_s = time.process_time()
    for start in range(0, len(music) - _FRAME + 1, _FRAME):
        step(music[start : start + _FRAME])
    return (time.process_time() - begun_s) * 1000 / (len(music) / _RATE_HZ)


def _cava(music: Sound) -> float:
    """Return the same of cava, without its start."""
    pcm = (np.clip(music, -1, 1) * 32767).astype("<i2")
    with tempfile.TemporaryDirectory() as folder:
        fifo, config = Path(folder) / "sound", Path(folder) / "config"
        os.mkfifo(fifo)
        config.write_text(_CAVA_CONFIG.format(fifo=fifo))
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        command = [shutil.which("cava") or "cava", "-p", str(config)]
        with subprocess.Popen(command, **quiet) as process:  # type: ignore[call-overload]
            writer = os.open(fifo, os.O_WRONLY)
            try:
                _play(writer, pcm, 1.0)
                begun_s = process_cpu_s(process.pid)
                _play(writer, pcm, _CAVA_S)
                used_s = process_cpu_s(process.pid) - begun_s
            finally:
                os.close(writer)
                process.kill()
    return used_s * 1000 / _CAVA_S


def _play(writer: int, pcm: npt.NDArray[np.int16], seconds: float) -> None:
    """Write sound as fast as it would be heard."""
    begun_s = time.monotonic()
    for frame in range(round(seconds * _FPS)):
        start = frame * _FRAME % (len(pcm) - _FRAME)
        os.write(writer, pcm[start : start + _FRAME].tobytes())
        time.sleep(max(0.0, begun_s + (frame + 1) / _FPS - time.monotonic()))


def _kick(times_s: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return 0.8 * np.sin(2 * np.pi * 60 * times_s) * np.exp(-20 * times_s)


def _hat(times_s: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    noise = np.random.default_rng(5).standard_normal(len(times_s))
    return 0.3 * noise * np.exp(-40 * times_s)


def _rise_ms(
    event: Callable[[npt.NDArray[np.float64]], npt.NDArray[np.float64]], share: float
) -> float:
    """Return how long it takes, from an event to a share of the tallest bar that it makes."""
    rng, rises_ms = np.random.default_rng(3), []
    for offset in range(0, _FRAME, _FRAME // _OFFSETS):
        begin = _RATE_HZ + offset
        sound = 1e-4 * rng.standard_normal(2 * _RATE_HZ)
        sound[begin:] += event(np.arange(_RATE_HZ - offset) / _RATE_HZ)
        spectrum, tallest = Spectrum(SpectrumConfig(channels=1)), []
        for start in range(0, len(sound) - _FRAME + 1, _FRAME):
            spectrum.push(sound[start : start + _FRAME, np.newaxis].astype(np.float32))
            tallest.append(float(spectrum.bars(1 / _FPS).max()))
        first = begin // _FRAME
        before, peak = tallest[first - 1], max(tallest[first : first + 20])
        seen = next(
            n for n in range(first, len(tallest)) if tallest[n] >= before + share * (peak - before)
        )
        rises_ms.append(((seen + 1) * _FRAME - begin) * 1000 / _RATE_HZ)
    return statistics.median(rises_ms)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
