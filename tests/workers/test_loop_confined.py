"""The real workers in the sandboxes that a show gives them: all their work, and nothing else."""

import contextlib
import io
import os
import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType

import msgspec
import pillow_heif
import pillow_jxl  # noqa: F401 - registers itself with Pillow
import pytest
import pyvips
from PIL import Image, ImageCms

from confined import expected, supports_landlock
from photos import encoded, installed, picture, shipped
from raw_photos import dng
from stillframe.contracts.control import Failed, Hello, Ready, SettingValue, Stop
from stillframe.contracts.errors import FaultKind
from stillframe.contracts.images import ImageRequest, ImageResult
from stillframe.contracts.library import (
    Changes,
    LibraryRequest,
    LibraryResult,
    Numbers,
    ScanPage,
    SkippedFolder,
    Survey,
)
from stillframe.contracts.messages import Failure, Response
from stillframe.contracts.pixels import Size
from stillframe.contracts.sandbox import Sandbox
from stillframe.contracts.scenes import SceneResult
from stillframe.settings import load
from stillframe.show.code import code_folders
from stillframe.show.specs import Places, worker_specs
from stillframe.supervision.spec import WorkerSpec
from stillframe.supervision.vitals import read_vitals
from stillframe.transport.arena import ArenaShape
from stillframe.workers.scenes.core import SCENES
from worker_child import WorkerChild
from worker_requests import addressed, decode, follow, paint, question, scan
from xmp_packets import ATTRIBUTES

SHAPE = ArenaShape(2, 1024 * 1024)
SIZE = Size(320, 200)
PATIENCE_S = 30.0
KINDS = ("images", "library", "scenes")


@pytest.fixture(autouse=True)
def _one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """Start workers as the supervisor does."""
    for name in ("OPENBLAS_NUM_THREADS", "VIPS_CONCURRENCY"):
        monkeypatch.setenv(name, "1")


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Return a folder with one of photos and one that lies outside; no scenes folder yet."""
    for name in ("photos", "elsewhere"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.png").write_bytes(shipped("coffee.png").read_bytes())
    return tmp_path


def spec_of(kind: str, place: Path, **environ: str) -> WorkerSpec:
    """Return how a show of the photos of `place` starts a worker."""
    settings = load(file_text=None, file_name="", environ=environ, flags={})
    specs = worker_specs(
        settings,
        SHAPE,
        Places(
            roots=(os.fsencode(place / "photos"),),
            scenes=os.fsencode(place / "cache" / "scenes"),
            index=os.fsencode(place / "cache" / "library"),
            code=code_folders(),
        ),
    )
    (spec,) = (spec for spec in specs if spec.name == kind)
    return spec


def sandbox_of(kind: str, place: Path, **environ: str) -> Sandbox:
    """Return the sandbox of a show of the photos of `place`."""
    sandbox = spec_of(kind, place, **environ).sandbox
    assert sandbox is not None
    return sandbox


@contextmanager
def confined(
    kind: str, sandbox: Sandbox, settings: Mapping[str, SettingValue] = MappingProxyType({})
) -> Iterator[WorkerChild]:
    """Yield a worker that is ready in a sandbox whose every layer is what this host can."""
    with WorkerChild.running(kind, SHAPE if kind == "images" else None) as child:
        assert isinstance(child.receive(), Hello)
        start = child.start_message()
        start = msgspec.structs.replace(start, sandbox=sandbox, settings=dict(settings))
        child.channel.send(start)
        ready = child.receive()
        assert isinstance(ready, Ready), ready
        assert {report.layer: report.state for report in ready.layers} == expected(), ready.layers
        yield child


def decoded(child: WorkerChild, path: Path, size: Size = SIZE) -> Response:
    """Ask for a photo, and give its slot back."""
    assert child.arena is not None
    slot = child.arena.reserve(child.pid)
    assert slot is not None
    request = addressed(decode(path, size), 7, slot)
    assert isinstance(request, ImageRequest)
    child.channel.send(request)
    answer = child.receive()
    child.arena.give_back(slot)
    assert isinstance(answer, Response)
    return answer


@pytest.mark.parametrize("kind", KINDS)
def test_a_confined_worker_says_so_and_stops_without_a_word(kind: str, place: Path) -> None:
    with confined(kind, sandbox_of(kind, place)) as child:
        child.channel.send(Stop())
        assert child.ended() == (0, "")


@pytest.mark.parametrize("kind", KINDS)
def test_without_a_sandbox_there_is_nothing_to_report(kind: str) -> None:
    with WorkerChild.running(kind, SHAPE if kind == "images" else None) as child:
        child.receive()
        child.channel.send(child.start_message())
        ready = child.receive()
        assert isinstance(ready, Ready)
        assert ready.layers == ()
        assert read_filter(child.pid) == read_filter(os.getpid())


def read_filter(pid: int) -> int:
    """Return the kernel's word on whether a process has a filter: 2 is yes."""
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        (line,) = (line for line in file if line.startswith("Seccomp:"))
    return int(line.split()[1])


def peak_bytes(pid: int) -> int:
    """Return the most memory that a process has had."""
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        (line,) = (line for line in file if line.startswith("VmHWM:"))
    return int(line.split()[1]) * 1024


def test_every_thread_of_a_decoder_has_the_filter_and_the_supervisor_still_sees_it(
    place: Path,
) -> None:
    with confined("images", sandbox_of("images", place)) as child:
        assert isinstance(decoded(child, place / "photos" / "a.png"), ImageResult)
        tasks = os.listdir(f"/proc/{child.pid}/task")
        assert len(tasks) > 1, "libvips has threads by now"
        modes = set()
        for task in tasks:
            with open(f"/proc/{child.pid}/task/{task}/status", encoding="ascii") as file:
                modes |= {line.split()[1] for line in file if line.startswith("Seccomp:")}
        assert modes == {"2" if read_filter(child.pid) else "0"}
        assert read_vitals(child.pid) is not None


def formats() -> dict[str, bytes]:
    """Return a real photo in every format, with what makes decoders load more: a profile, EXIF."""
    photo = picture("coffee.png")
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    exif = Image.Exif()
    exif[0x0112] = 6
    pillow_heif.register_heif_opener()
    return {
        "jpeg": encoded(photo, "JPEG", icc_profile=profile, exif=exif.tobytes()),
        "progressive": encoded(photo, "JPEG", progressive=True),
        "cmyk": encoded(photo.convert("CMYK"), "JPEG"),
        "png": encoded(photo, "PNG", icc_profile=profile),
        "interlaced": pyvips.Image.new_from_file(os.fspath(shipped("coffee.png"))).pngsave_buffer(
            interlace=True
        ),
        "alpha": encoded(photo.convert("RGBA"), "PNG"),
        "palette": encoded(photo.convert("P"), "PNG"),
        "webp": encoded(photo, "WEBP", icc_profile=profile),
        "avif": encoded(photo, "AVIF", icc_profile=profile),
        "heic": encoded(photo, "HEIF", icc_profile=profile, exif=exif.tobytes()),
        "jxl": encoded(photo, "JXL", icc_profile=profile, exif=exif.tobytes()),
        "bmp": encoded(photo, "BMP"),
        "raw": dng(encoded(photo, "JPEG")),
        "gif": encoded(photo, "GIF"),
        "tiff": encoded(photo, "TIFF", icc_profile=profile),
        "tiff-lzw": encoded(photo, "TIFF", compression="tiff_lzw"),
        "tiff-jpeg": encoded(photo, "TIFF", compression="jpeg"),
    }


def test_real_photos_of_every_format_are_decoded_in_the_sandbox(place: Path) -> None:
    with confined("images", sandbox_of("images", place)) as child:
        for name, data in formats().items():
            path = place / "photos" / name
            path.write_bytes(data)
            answer = decoded(child, path)
            assert isinstance(answer, ImageResult), (name, answer)
        for large in installed()[:1]:
            copy = place / "photos" / large.name
            copy.write_bytes(large.read_bytes())
            assert isinstance(decoded(child, copy), ImageResult)
        child.channel.send(Stop())
        assert child.ended() == (0, "")


def test_a_large_photo_that_comes_in_passes_needs_no_temporary_file(
    place: Path,
) -> None:
    path = place / "photos" / "large.png"
    large = pyvips.Image.black(6000, 6200, bands=3).copy(interpretation="srgb")
    large.pngsave(os.fspath(path), interlace=True, compression=1)
    with confined("images", sandbox_of("images", place)) as child:
        assert isinstance(decoded(child, path), ImageResult)


def test_a_photo_that_needs_more_memory_than_there_is_does_no_harm(place: Path) -> None:
    path = place / "photos" / "bomb.png"
    bomb = pyvips.Image.black(15000, 15000, bands=3).copy(interpretation="srgb")
    bomb.pngsave(os.fspath(path), interlace=True, compression=1)
    limit = {"STILLFRAME_IMAGES_MEMORY_BYTES": str(256 << 20)}
    with confined("images", sandbox_of("images", place, **limit)) as child:
        answer = decoded(child, path)
        assert isinstance(answer, Failure), answer
        assert answer.error.kind is FaultKind.OUT_OF_MEMORY, answer
        assert peak_bytes(child.pid) < 400 << 20, "the 675 MB were never taken"
        assert isinstance(decoded(child, place / "photos" / "a.png"), ImageResult), "it goes on"


def test_a_link_that_leads_outside_is_a_typed_fault_and_the_decoder_goes_on(place: Path) -> None:
    (place / "photos" / "link.png").symlink_to(place / "elsewhere" / "a.png")
    with confined("images", sandbox_of("images", place)) as child:
        for path in (place / "photos" / "link.png", place / "elsewhere" / "a.png"):
            answer = decoded(child, path)
            if supports_landlock():
                assert isinstance(answer, Failure)
                assert answer.error.kind is FaultKind.NOT_READABLE
                assert "outside the given folders" in answer.error.detail
            else:
                assert isinstance(answer, ImageResult)
        assert isinstance(decoded(child, place / "photos" / "a.png"), ImageResult)


def ask(child: WorkerChild, question: LibraryRequest) -> ScanPage | Changes:
    """Ask a library worker, and return what it tells."""
    child.channel.send(question)
    answer = child.receive()
    assert isinstance(answer, LibraryResult)
    assert isinstance(answer.told, ScanPage | Changes)
    return answer.told


def found(child: WorkerChild, root: Path) -> tuple[set[bytes], list[SkippedFolder]]:
    """Return the photos that a library worker finds below a root, and what it passes over."""
    ask(child, scan(root))
    photos, skipped, cursor = set[bytes](), list[SkippedFolder](), 0
    while True:
        changes = ask(child, follow(cursor))
        assert isinstance(changes, Changes)
        photos |= {photo.path for photo in changes.photos}
        skipped += changes.skipped
        cursor = changes.next_cursor
        if not changes.searching:
            return photos, skipped


def test_a_search_passes_over_a_folder_that_a_link_leads_out_to(place: Path) -> None:
    (place / "photos" / "away").symlink_to(place / "elsewhere")
    with confined("library", sandbox_of("library", place)) as child:
        photos, skipped = found(child, place / "photos")
        assert os.fsencode(place / "photos" / "a.png") in photos
        if supports_landlock():
            (folder,) = skipped
            assert folder.path == os.fsencode(place / "photos" / "away")
            assert folder.error.kind is FaultKind.NOT_READABLE
            assert "outside the given folders" in folder.error.detail
    with confined("library", sandbox_of("library", place)) as child:
        photos, _ = found(child, place / "elsewhere")
        assert bool(photos) != supports_landlock()


def described() -> dict[str, bytes]:
    """Return a photo in every container, with all that it can say of itself."""
    photo = picture("coffee.png").resize((60, 40))
    exif = Image.Exif()
    exif[0x0110], exif[0x0112], exif[0x4746] = "Camera", 6, 3
    exif[0x9C9E] = "lake;Summer".encode("utf-16-le")
    exif.get_ifd(0x8769)[0x9003] = "2021:07:04 18:30:05"
    exif.get_ifd(0x8825).update({1: "N", 2: (47.0, 30.0, 0.0), 3: "E", 4: (8.0, 15.0, 0.0)})
    pillow_heif.register_heif_opener()
    made = {
        kind: encoded(photo, kind, exif=exif.tobytes())
        for kind in ("JPEG", "PNG", "WEBP", "TIFF", "AVIF", "HEIF", "JXL")
    }
    xmp = {f"{kind}-xmp": encoded(photo, kind, xmp=ATTRIBUTES) for kind in ("JPEG", "WEBP")}
    plain = {kind: encoded(photo, kind) for kind in ("BMP", "GIF")}
    return {**made, **xmp, **plain, "MPO": shipped_mpo(photo)}


def shipped_mpo(photo: Image.Image) -> bytes:
    """Return a JPEG of several pictures, as stereo cameras and phones write it."""
    out = io.BytesIO()
    photo.save(out, "MPO", save_all=True, append_images=[photo])
    return out.getvalue()


def survey(child: WorkerChild) -> Numbers:
    """Ask a library worker what it knows."""
    child.channel.send(addressed(question(Survey()), 6))
    answer = child.receive()
    assert isinstance(answer, LibraryResult)
    assert isinstance(answer.told, Numbers)
    return answer.told


def test_the_library_keeps_its_index_and_reads_headers_in_the_sandbox(place: Path) -> None:
    for name, contents in described().items():
        (place / "photos" / f"{name}.jpg").write_bytes(contents)
    spec = spec_of("library", place)
    assert spec.sandbox is not None
    with confined("library", spec.sandbox, spec.settings) as child:
        photos, skipped = found(child, place / "photos")
        assert os.fsencode(place / "photos" / "a.png") in photos
        assert skipped == []
        end_s = time.monotonic() + PATIENCE_S
        while (numbers := survey(child)).described + numbers.broken < numbers.photos:
            assert time.monotonic() < end_s
        assert (numbers.described, numbers.broken, numbers.thinned) == (len(photos), 0, 0)
        assert numbers.first_taken_s is not None
    index = place / "cache" / "library" / "library.sqlite3"
    with contextlib.closing(sqlite3.connect(index)) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        rows = database.execute("SELECT path FROM photos").fetchall()
    assert {row[0] for row in rows} == photos


def test_every_scene_is_painted_in_the_sandbox_and_decoded_by_one_that_was_there_before(
    place: Path,
) -> None:
    folder = place / "cache" / "scenes"
    assert not folder.exists()
    with confined("images", sandbox_of("images", place)) as decoder:
        with confined("scenes", sandbox_of("scenes", place)) as painter:
            for index in range(len(SCENES)):
                painter.channel.send(addressed(paint(folder, index, SIZE), index))
                answer = painter.receive()
                assert isinstance(answer, SceneResult), answer
            painter.channel.send(addressed(paint(place / "elsewhere", 0, SIZE), 99))
            refused = painter.receive()
            assert isinstance(refused, Failure) == supports_landlock()
        assert len(os.listdir(folder)) == len(SCENES)
        for name in os.listdir(folder):
            assert isinstance(decoded(decoder, folder / name), ImageResult)


def test_confinement_costs_milliseconds(place: Path) -> None:
    def start_s(sandbox: Sandbox | None) -> float:
        with WorkerChild.running("library") as child:
            child.receive()
            begun = time.monotonic()
            child.channel.send(msgspec.structs.replace(child.start_message(), sandbox=sandbox))
            assert isinstance(child.receive(), Ready)
            return time.monotonic() - begun

    pairs = [(start_s(None), start_s(sandbox_of("library", place))) for _ in range(5)]
    assert min(held - free for free, held in pairs) < 0.1, pairs


def test_a_handler_that_cannot_start_says_so_sandbox_or_not() -> None:
    with WorkerChild.running("images", None) as child:
        child.receive()
        start = msgspec.structs.replace(child.start_message(), sandbox=Sandbox())
        child.channel.send(start)
        assert isinstance(child.receive(), Failed), "no arena: the handler's own refusal stays"
