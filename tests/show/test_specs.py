"""From settings to workers."""

import msgspec
import pytest

from stillframe.contracts.caps import BODY_CAP_BYTES
from stillframe.contracts.control import Start
from stillframe.contracts.library import Order, Orientation
from stillframe.contracts.pixels import PixelFormat
from stillframe.contracts.sandbox import Sockets
from stillframe.contracts.wire import PROTOCOLS
from stillframe.settings import load
from stillframe.show.specs import TABLES, Places, backlog_caps, worker_specs
from stillframe.supervision.spec import WorkerSpec
from stillframe.transport.arena import ArenaShape
from stillframe.workers.library.selection import LibrarySettings

ARENA = ArenaShape(7, 8192)
ROOTS = (b"/home/ada/Pictures", b"/media/card/one.jpg")
SCENES = b"/home/ada/.cache/stillframe/scenes"
INDEX = b"/home/ada/.cache/stillframe/library"
PLACES = Places(roots=ROOTS, scenes=SCENES, index=INDEX)


def specs(cores: int = 1, **environ: str) -> dict[str, WorkerSpec]:
    settings = load(file_text="", file_name="none", environ=environ, flags={})
    made = worker_specs(settings, ARENA, PLACES, cores=cores)
    return {spec.name: spec for spec in made}


def test_each_worker_speaks_its_own_protocol_and_is_started_by_its_own_module() -> None:
    for name, spec in specs().items():
        assert spec.protocol is PROTOCOLS[name]
        assert spec.module == f"stillframe.workers.{name}"


def test_only_the_image_worker_gets_the_frames_memory() -> None:
    assert {name: spec.arena for name, spec in specs().items()} == {
        "images": ARENA,
        "library": None,
        "scenes": None,
        "transitions": TABLES,
        "audio": None,
    }


def test_the_image_worker_is_there_from_the_start_and_stays() -> None:
    made = specs()
    assert made["images"].eager
    assert made["images"].shutdown.idle_s is None
    assert not made["scenes"].eager, "most shows never paint"
    assert made["library"].shutdown.idle_s is None, "it watches the folders"
    assert made["scenes"].shutdown.idle_s is not None


@pytest.mark.parametrize(
    ("wanted", "cores", "processes"),
    [("auto", 1, 1), ("auto", 7, 1), ("auto", 8, 2), ("auto", 128, 2), ("1", 64, 1), ("2", 1, 2)],
)
def test_two_photos_are_decoded_at_a_time_where_cores_allow_or_a_person_says_so(
    wanted: str, cores: int, processes: int
) -> None:
    made = specs(cores, STILLFRAME_IMAGES_WORKERS=wanted)
    assert made["images"].processes == processes
    assert made["images"].standby == (processes == 1), "of two, each takes over for the other"
    assert {made["library"].processes, made["scenes"].processes} == {1}


def test_settings_reach_their_worker() -> None:
    made = specs(
        STILLFRAME_IMAGES_MAX_SOURCE_PIXELS="2000000",
        STILLFRAME_IMAGES_MAX_SOURCE_BYTES="3000000",
        STILLFRAME_IMAGES_DECODE_DEADLINE_S="7",
        STILLFRAME_QUEUES_IMAGES="5",
        STILLFRAME_QUEUES_LIBRARY="3",
    )
    assert made["images"].settings == {
        "max_source_pixels": 2_000_000,
        "max_source_bytes": 3_000_000,
    }
    assert made["images"].deadlines.task_s == 7
    assert made["images"].limits.backlog == 5
    assert made["library"].limits.backlog == 3


def test_each_kind_has_a_cap_on_what_may_wait_and_of_sound_only_the_latest_does() -> None:
    queues = load(file_text="", file_name="none", environ={}, flags={}).queues
    caps = backlog_caps(queues)
    assert caps == {
        "images": 8,
        "library": 4,
        "feeds": 4,
        "transitions": 8,
        "audio": 1,
        "scenes": 1,
        "feedparse": 4,
        "shaders": 1,
    }
    assert {name: spec.limits.backlog for name, spec in specs().items()}.items() <= caps.items()


def test_whose_absence_would_be_seen_has_one_that_stands_by() -> None:
    assert [name for name, spec in specs().items() if spec.standby] == ["images", "audio"]


def test_who_listens_may_die_every_second_and_is_there_only_where_sound_may_be_shown() -> None:
    audio = specs()["audio"]
    assert audio.budget.restarts >= 60
    assert audio.budget.backoff_cap_s <= 0.2
    assert not audio.eager
    assert audio.latest is not None
    assert audio.sandbox is not None
    assert audio.sandbox.sockets is Sockets.UNIX
    assert audio.sandbox.write == ()
    assert "audio" not in specs(STILLFRAME_AUDIO_SOURCE="off")
    file = specs(STILLFRAME_AUDIO_SOURCE="file:/home/ada/a song.flac")["audio"].sandbox
    assert file is not None
    assert file.read == (b"/home/ada/a song.flac",)
    assert file.sockets is Sockets.NONE


def test_each_worker_reaches_what_its_work_needs_and_no_more() -> None:
    rooms = {name: spec.sandbox for name, spec in specs().items()}
    images, library, scenes = rooms["images"], rooms["library"], rooms["scenes"]
    assert images is not None
    assert library is not None
    assert scenes is not None
    assert images.read == (*ROOTS, SCENES)
    assert images.make == (SCENES,), "scenes painted later lie in a folder that a rule can name"
    assert library.read == ROOTS
    assert scenes.write == (SCENES,) == scenes.make
    assert images.write == ()
    assert library.write == (INDEX,) == library.make
    for room in (images, library, scenes):
        assert room.execute == ()
        assert room.sockets is Sockets.NONE
        assert room.memory_bytes is not None


def test_what_the_library_is_to_look_for_reaches_its_worker() -> None:
    made = specs(
        STILLFRAME_SHOW_ORDER="taken",
        STILLFRAME_LIBRARY_SINCE="2020-01-31",
        STILLFRAME_LIBRARY_EXCLUDE="*.png, tmp",
        STILLFRAME_LIBRARY_ORIENTATION="portrait",
        STILLFRAME_LIBRARY_BURST_PHOTOS="2",
    )["library"]
    said = msgspec.convert(dict(made.settings), LibrarySettings)
    assert said == LibrarySettings(
        index="/home/ada/.cache/stillframe/library/library.sqlite3",
        order=Order.TAKEN,
        since="2020-01-31",
        exclude="*.png, tmp",
        orientation=Orientation.PORTRAIT,
        burst_photos=2,
    )


def test_without_an_index_the_library_writes_nothing() -> None:
    made = specs(STILLFRAME_LIBRARY_INDEX="false")["library"]
    assert made.settings["index"] == ""
    assert made.sandbox is not None
    assert made.sandbox.write == made.sandbox.make == ()


def test_a_show_whose_order_is_to_be_repeated_has_no_memory() -> None:
    settings = load(file_text="", file_name="none", environ={}, flags={})
    made = worker_specs(settings, ARENA, PLACES, steady=True)
    (library,) = (spec for spec in made if spec.name == "library")
    assert (library.settings["steady"], library.settings["index"]) == (True, "")


def test_a_folder_that_no_setting_can_name_keeps_no_index() -> None:
    settings = load(file_text="", file_name="none", environ={}, flags={})
    made = worker_specs(settings, ARENA, Places(roots=ROOTS, scenes=SCENES, index=b"/home/\xff"))
    (library,) = (spec for spec in made if spec.name == "library")
    assert library.settings["index"] == ""


def test_the_memory_for_decoding_and_the_switch_are_settings() -> None:
    images = specs(STILLFRAME_IMAGES_MEMORY_BYTES=str(1 << 30))["images"].sandbox
    assert images is not None
    assert images.memory_bytes == 1 << 30
    off = specs(STILLFRAME_WORKERS_SANDBOX="false")
    assert {spec.sandbox for spec in off.values()} == {None}


def test_any_number_of_roots_fits_the_start_message() -> None:
    settings = load(file_text="", file_name="none", environ={}, flags={})
    roots = tuple(b"/%d/%s" % (n, b"x" * 3000) for n in range(500))
    places = Places(roots=roots, scenes=b"/" + b"s" * 4000, index=b"/" + b"i" * 4000)
    made = worker_specs(settings, ARENA, places)
    for spec in made:
        start = Start(
            worker=spec.name, heartbeat=3, settings=dict(spec.settings), sandbox=spec.sandbox
        )
        codec = spec.protocol.to_worker(spec.name)
        assert codec.decode(codec.encode(start)) == start


MIRROR = b"/home/ada/.cache/stillframe/feeds"


def with_feeds(mirror: bytes = MIRROR, **environ: str) -> dict[str, WorkerSpec]:
    settings = load(file_text="", file_name="none", environ=environ, flags={})
    places = Places(
        roots=ROOTS,
        scenes=SCENES,
        index=INDEX,
        code=(b"/usr/lib",),
        network=(b"/etc/resolv.conf",),
        mirror=mirror,
    )
    return {spec.name: spec for spec in worker_specs(settings, ARENA, places)}


def test_without_a_mirror_nobody_is_there_for_feeds() -> None:
    assert specs().keys() == {"images", "library", "scenes", "transitions", "audio"}
    assert with_feeds().keys() - specs().keys() == {"feeds", "feedparse"}


def test_who_has_sockets_reads_nothing_of_a_persons_and_writes_its_mirror_alone() -> None:
    sandbox = with_feeds()["feeds"].sandbox
    assert sandbox is not None
    assert sandbox.sockets is Sockets.ANY
    assert set(sandbox.read) == {b"/etc/resolv.conf", b"/usr/lib"}
    assert sandbox.write == (MIRROR,)
    saving = with_feeds(STILLFRAME_FEEDS_SAVE_TO="/home/ada/Saved")["feeds"].sandbox
    assert saving is not None
    assert saving.write == (MIRROR, b"/home/ada/Saved")


def test_who_reads_what_was_fetched_may_do_nothing_else_and_not_for_long() -> None:
    parser = with_feeds()["feedparse"]
    assert parser.sandbox is not None
    assert (parser.sandbox.write, parser.sandbox.sockets) == ((), Sockets.NONE)
    assert set(parser.sandbox.read) == {b"/usr/lib"}
    assert (parser.reads, parser.deadlines.task_s) == ("feeds", 5)
    assert parser.arena is None
    assert not parser.eager


def test_bodies_have_memory_of_their_own_and_decoders_see_the_mirror() -> None:
    made = with_feeds()
    bodies = made["feeds"].arena
    assert bodies is not None
    assert (bodies.capacity_bytes, bodies.format) == (BODY_CAP_BYTES, PixelFormat.OPAQUE)
    images = made["images"].sandbox
    assert images is not None
    assert MIRROR in images.read
    assert images.write == ()


def test_a_mirror_that_no_setting_can_name_is_none() -> None:
    assert with_feeds(b"/home/\xff/feeds")["feeds"].settings["mirror"] == ""


def test_the_shader_baker_starts_one_program_and_writes_one_folder() -> None:
    settings = load(file_text="", file_name="none", environ={}, flags={})
    shaders, compiler = b"/home/ada/.cache/stillframe/shaders", b"/usr/lib/PySide6/qsb"
    places = Places(roots=ROOTS, scenes=SCENES, index=INDEX, shaders=shaders, compiler=compiler)
    (spec,) = (one for one in worker_specs(settings, ARENA, places) if one.name == "shaders")
    assert spec.sandbox is not None
    assert spec.sandbox.execute == (compiler,)
    assert spec.sandbox.read == (b"/usr/lib/PySide6/Qt/lib",)
    assert spec.sandbox.write == spec.sandbox.make == (shaders,)
    assert spec.sandbox.sockets is Sockets.NONE
    assert not spec.eager
    assert spec.settings["folder"] == shaders.decode()
    # Without one it is there all the same, and says what is missing.
    places = Places(roots=ROOTS, scenes=SCENES, index=INDEX, shaders=shaders)
    (spec,) = (one for one in worker_specs(settings, ARENA, places) if one.name == "shaders")
    assert spec.sandbox is not None
    assert (spec.sandbox.execute, spec.sandbox.read) == ((), ())
    assert spec.settings["compiler"] == ""
