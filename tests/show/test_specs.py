"""From settings to workers."""

from stillframe.contracts.wire import PROTOCOLS
from stillframe.settings import load
from stillframe.show.specs import worker_specs
from stillframe.supervision.spec import WorkerSpec
from stillframe.transport.arena import ArenaShape

ARENA = ArenaShape(7, 8192)


def specs(**environ: str) -> dict[str, WorkerSpec]:
    settings = load(file_text="", file_name="none", environ=environ, flags={})
    return {spec.name: spec for spec in worker_specs(settings, ARENA)}


def test_each_worker_speaks_its_own_protocol_and_is_started_by_its_own_module() -> None:
    for name, spec in specs().items():
        assert spec.protocol is PROTOCOLS[name]
        assert spec.module == f"stillframe.workers.{name}"


def test_only_the_image_worker_gets_the_frames_memory() -> None:
    assert {name: spec.arena for name, spec in specs().items()} == {
        "images": ARENA,
        "library": None,
        "scenes": None,
    }


def test_the_image_worker_is_there_from_the_start_and_stays() -> None:
    made = specs()
    assert made["images"].eager
    assert made["images"].shutdown.idle_s is None
    assert not made["scenes"].eager, "most shows never paint"
    assert made["library"].shutdown.idle_s is not None, "a scan is soon over"


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
