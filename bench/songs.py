"""Songs whose beats are known: rendered General MIDI, and recordings with charts.

Role: finds the songs in Debian's packages, keeps those whose notes lie on their own beats, renders
them once into `build/bench`. Counterpart: `bench.beats` plays them to the trackers; making them is
no part of any timing.

Guarantees: a file that is there is whole; a song belongs to the same half for ever, by a hash of
its name; a song that cannot be read or rendered in time is left out by name, never half used.
"""

import contextlib
import functools
import hashlib
import io
import os
import shutil
import struct
import subprocess
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

Floats: TypeAlias = npt.NDArray[np.float64]

RATE_HZ: Final = 44_100
# Two minutes hold every change a song has to offer, and bound the disk that the songs take.
LONGEST_S: Final = 120.0
_FOLDER: Final = Path(__file__).parent.parent / "build" / "bench" / "songs"
_WADS: Final = tuple(Path(f"/usr/share/games/doom/freedoom{n}.wad") for n in (1, 2))
# Only ever for tuning: what is reported is of the games' songs alone.
_MORE: Final = Path("/usr/share/games/openttd/baseset/openmsx")
_CHARTS: Final = Path("/usr/share/games/fretsonfire/data/songs/sectoid")
_SOUNDFONTS: Final = (
    Path("/usr/share/sounds/sf2/FluidR3_GM.sf2"),
    Path("/usr/share/sounds/sf2/TimGM6mb.sf2"),
)
_PACKAGES: Final = "freedoom fretsonfire-songs-sectoid fluidsynth fluid-soundfont-gm"
# A renderer that hangs on one file must not hold up the others; usual are 2 to 10 s.
_RENDER_S: Final = 120.0
# Sixteenths and triplets of eighths, and how far from them a note may be, in beats.
_GRID: Final = np.array([0, 1 / 4, 1 / 3, 1 / 2, 2 / 3, 3 / 4, 1])
_NEAR: Final = 0.04
# Notes without any relation to the beats come to 0.48; those of all other songs to 0.76 and more.
_ON_GRID: Final = 0.7
_COMPOUND: Final = {6, 9, 12}  # eighths, of which three make a beat


class NoSongError(RuntimeError):
    """There is nothing to play, or nothing to play it with."""


@dataclass(frozen=True)
class Song:
    """One song.

    Attributes:
        name: of the package's own file.
        path: mono FLAC of `RATE_HZ`.
        beats_s: when each beat is, ascending, of the part that is played.
    """

    name: str
    path: Path
    beats_s: Floats

    @property
    def duration_s(self) -> float:
        """How long the sound is."""
        import soundfile  # noqa: PLC0415 - only where songs are played

        return float(soundfile.info(self.path).duration)

    @property
    def for_tuning(self) -> bool:
        """Whether the tracker was tuned with it; those of the other half are what is reported."""
        if self.name.startswith(_MORE.name):
            return True
        return hashlib.sha256(self.name.encode()).digest()[0] % 2 == 0


@dataclass(frozen=True)
class _Score:
    """A song as notes: `midi` is a `pretty_midi.PrettyMIDI`; `recordings` are mixed, if any."""

    name: str
    midi: Any
    recordings: tuple[Path, ...] = ()


def songs(*, half: str = "test", most: int | None = None) -> tuple[list[Song], list[str]]:
    """Return the songs of one half, in an order that does not change, and what was left out.

    Args:
        half: `test` or `tune`; the latter has Debian's `openttd-openmsx` too, if it is there.
        most: how many at most.

    Raises:
        NoSongError: if a package is missing.
    """
    soundfont = next((path for path in _SOUNDFONTS if path.is_file()), None)
    if soundfont is None or shutil.which("fluidsynth") is None or not _WADS[0].is_file():
        raise NoSongError(
            f"songs or a renderer are missing; on Debian: apt-get install {_PACKAGES}"
        )
    found: list[Song] = []
    left_out: list[str] = []
    for score in _scores(left_out):
        song = Song(score.name, _FOLDER / soundfont.stem / f"{score.name}.flac", _beats(score.midi))
        if song.for_tuning != (half == "tune"):
            continue
        share = _on_grid(score.midi)
        if share < _ON_GRID:
            left_out.append(f"{score.name}: {share:.0%} of its notes lie on its beats")
            continue
        if most is not None and len(found) == most:
            break
        try:
            _rendered(score, soundfont, song.path)
        except (subprocess.SubprocessError, OSError) as error:
            left_out.append(f"{score.name}: {error}")
            continue
        found.append(song)
    return found, left_out


def samples(song: Song) -> npt.NDArray[np.float32]:
    """Return the song's samples, shape (frames,), about -1 to 1."""
    import soundfile  # noqa: PLC0415 - only where songs are played

    data, rate_hz = soundfile.read(song.path, dtype="float32")
    if rate_hz != RATE_HZ:
        raise NoSongError(f"{song.path} is of {rate_hz} Hz, not {RATE_HZ}: delete it")
    return np.asarray(data, dtype=np.float32)


def _scores(left_out: list[str]) -> Iterator[_Score]:
    """Yield all songs by name: those of the games' lumps, then those with charts."""
    lumps: dict[bytes, str] = {}
    for wad in _WADS:
        for name, lump in _lumps(wad):
            lumps.setdefault(lump, name)  # some are there twice
    for lump, name in sorted(lumps.items(), key=lambda item: item[1]):
        with _told(name, left_out):
            yield _Score(name, _midi(lump))
    for path in sorted(_MORE.glob("*.mid")):
        with _told(path.stem, left_out):
            yield _Score(f"{_MORE.name}-{path.stem}", _midi(path.read_bytes()))
    for chart in sorted(_CHARTS.glob("*/notes.mid")):
        name = chart.parent.name.lower().replace(" ", "-")
        with _told(name, left_out):
            recordings = tuple(chart.parent / file for file in ("song.ogg", "guitar.ogg"))
            yield _Score(name, _midi(chart.read_bytes()), recordings)


def _lumps(wad: Path) -> Iterator[tuple[str, bytes]]:
    """Yield name and bytes of each song in a WAD: a header, then a table of positions."""
    data = wad.read_bytes()
    count, table_at = struct.unpack_from("<ii", data, 4)
    for number in range(count):
        at, size, name = struct.unpack_from("<ii8s", data, table_at + 16 * number)
        lump = data[at : at + size]
        if name.startswith(b"D_") and lump.startswith(b"MThd"):
            yield f"{wad.stem}-{name.rstrip(bytes(1)).decode().lower()}", lump


@contextlib.contextmanager
def _told(name: str, left_out: list[str]) -> Iterator[None]:
    """Note a song that is not MIDI after all."""
    try:
        yield
    except (OSError, EOFError, ValueError, KeyError, IndexError) as error:
        left_out.append(f"{name}: {type(error).__name__}: {error}")


def _midi(data: bytes) -> Any:  # noqa: ANN401 - pretty_midi has no types
    import pretty_midi  # noqa: PLC0415 - half a second, and only for making songs

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # tempo changes outside the first track, which it reads
        return pretty_midi.PrettyMIDI(io.BytesIO(data))


def _onsets(midi: Any) -> Floats:  # noqa: ANN401
    return np.array([note.start for part in midi.instruments for note in part.notes])


def _on_grid(midi: Any) -> float:  # noqa: ANN401
    """Return the share of the notes that lie on a sixteenth or a triplet."""
    ticks = np.array([midi.time_to_tick(start_s) for start_s in _onsets(midi)])
    if not ticks.size:
        return 0.0
    place = (ticks / midi.resolution) % 1
    near = np.abs(place[:, None] - _GRID).min(axis=1) < _NEAR
    return float(near.mean())


def _beats(midi: Any) -> Floats:  # noqa: ANN401
    """Return when the beats are, from the first note to the last that is played."""
    onsets = _onsets(midi)
    if not onsets.size:
        return np.zeros(0)
    first_s, last_s = onsets.min(), min(onsets.max(), LONGEST_S)
    bars = [(0, 4, 4)]
    bars += [
        (midi.time_to_tick(change.time), change.numerator, change.denominator)
        for change in midi.time_signature_changes
    ]
    end = midi.time_to_tick(last_s)
    ticks: list[int] = []
    for number, (begin, numerator, denominator) in enumerate(bars):
        compound = denominator == 8 and numerator in _COMPOUND
        step = midi.resolution * 3 // 2 if compound else midi.resolution
        until = bars[number + 1][0] if number + 1 < len(bars) else end + 1
        ticks.extend(range(begin, until, step))
    beats: Floats = np.array([midi.tick_to_time(tick) for tick in ticks])
    played: Floats = beats[(beats >= first_s - _NEAR) & (beats <= last_s + _NEAR)]
    return played


def _rendered(score: _Score, soundfont: Path, path: Path) -> None:
    """Write the song's sound to `path`, unless it is there."""
    if path.is_file():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    wave = path.with_suffix(".wav")
    try:
        if score.recordings:
            mixed = functools.reduce(_added, (_mono(file) for file in score.recordings))
        else:
            _synthesised(score.midi, soundfont, wave)
            mixed = _mono(wave)
        import soundfile  # noqa: PLC0415

        mixed = mixed[: int(LONGEST_S * RATE_HZ)]
        loudest = max(float(np.abs(mixed).max(initial=0.0)), 1e-9)
        soundfile.write(part, mixed * min(1.0, 0.99 / loudest), RATE_HZ, format="FLAC")
        os.replace(part, path)
    finally:
        for file in (part, wave):
            file.unlink(missing_ok=True)


def _synthesised(midi: Any, soundfont: Path, wave: Path) -> None:  # noqa: ANN401
    """Play the notes; what is written anew has none of the slips that confuse the renderer."""
    for part in midi.instruments:
        part.notes = [note for note in part.notes if note.start < LONGEST_S]
        part.control_changes = [c for c in part.control_changes if c.time < LONGEST_S]
        part.pitch_bends = [bend for bend in part.pitch_bends if bend.time < LONGEST_S]
    plain = wave.with_suffix(".mid")
    try:
        midi.write(str(plain))
        command = ["fluidsynth", "-q", "-n", "-i", "-g", "0.5", "-r", str(RATE_HZ)]
        command += ["-T", "wav", "-F", str(wave), str(soundfont), str(plain)]
        subprocess.run(command, check=True, capture_output=True, timeout=_RENDER_S)
    finally:
        plain.unlink(missing_ok=True)


def _mono(path: Path) -> npt.NDArray[np.float32]:
    import soundfile  # noqa: PLC0415

    data, rate_hz = soundfile.read(path, dtype="float32", always_2d=True)
    if rate_hz != RATE_HZ:
        raise OSError(f"{path} is of {rate_hz} Hz, not {RATE_HZ}")
    return np.asarray(data.mean(axis=1))


def _added(one: npt.NDArray[np.float32], other: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    longer, shorter = (one, other) if one.size >= other.size else (other, one)
    longer = longer.copy()
    longer[: shorter.size] += shorter
    return longer
