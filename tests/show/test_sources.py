"""Where photos come from: groups in order, roots in order, pages in order, scenes last."""

from stillframe.contracts.errors import Fault, FaultKind
from stillframe.contracts.library import FoundPhoto, ScanResult, SkippedFolder
from stillframe.contracts.scenes import SceneResult
from stillframe.library.photos import Photo
from stillframe.show.sources import Group, PaintNext, ScanNext, Sources, Step, Tell

FOUND = FoundPhoto(b"/p/a.jpg", 12, 34)
PHOTO = Photo(b"/p/a.jpg", 12, 34)


def page(
    root: bytes,
    *photos: FoundPhoto,
    cursor: int = 0,
    skipped: tuple[SkippedFolder, ...] = (),
) -> ScanResult:
    return ScanResult(
        seq=1,
        correlation_id=0,
        worker="library",
        ts_req_ns=0,
        deadline_ns=0,
        ts_res_ns=0,
        root=root,
        photos=photos,
        skipped=skipped,
        next_cursor=cursor,
    )


def scene(index: int, count: int) -> SceneResult:
    return SceneResult(
        seq=1,
        correlation_id=0,
        worker="scenes",
        ts_req_ns=0,
        deadline_ns=0,
        ts_res_ns=0,
        photo=FOUND,
        index=index,
        scene_count=count,
    )


def test_a_root_is_read_page_by_page_and_then_the_next_root() -> None:
    sources = Sources((Group("given", (b"/p", b"/q")),))
    assert sources.begin() == (ScanNext(b"/p", 0),)
    assert sources.on_page(page(b"/p", FOUND, cursor=7)) == ((PHOTO,), (ScanNext(b"/p", 7),))
    assert sources.on_page(page(b"/p")) == ((), (ScanNext(b"/q", 0),))
    assert sources.on_page(page(b"/q")) == (
        (),
        (Tell("given: /q: no photos found"), Step.ENDED),
    ), "one photo is enough"


def test_an_empty_group_is_named_and_the_next_one_tried() -> None:
    sources = Sources((Group("given", (b"/p",)), Group("pictures", (b"/q",))))
    sources.begin()
    assert sources.on_page(page(b"/p")) == (
        (),
        (Tell("given: /p: no photos found"), ScanNext(b"/q", 0)),
    )
    assert sources.on_page(page(b"/q", FOUND))[1] == (Step.ENDED,)


def test_after_the_last_group_the_scenes_are_painted_one_by_one() -> None:
    sources = Sources((Group("given", (b"/p",)),))
    sources.begin()
    assert sources.on_page(page(b"/p"))[1] == (Tell("given: /p: no photos found"), PaintNext(0))
    assert sources.on_scene(scene(0, 3)) == ((PHOTO,), (PaintNext(1),))
    assert sources.on_scene(scene(1, 3)) == ((PHOTO,), (PaintNext(2),))
    assert sources.on_scene(scene(2, 3)) == ((PHOTO,), (Step.ENDED,))


def test_without_groups_the_scenes_are_painted_at_once() -> None:
    assert Sources(()).begin() == (PaintNext(0),)


def test_a_group_without_folders_is_an_empty_group() -> None:
    assert Sources((Group("given", ()),)).begin() == (
        Tell("given: no photos found"),
        PaintNext(0),
    )


def test_a_root_that_cannot_be_scanned_is_told_and_passed_over() -> None:
    sources = Sources((Group("given", (b"/p\n", b"/q")),))
    sources.begin()
    assert sources.on_scan_failed(b"/p\n", "io-error: bad disk") == (
        Tell("/p\\n: not scanned to the end: io-error: bad disk"),
        ScanNext(b"/q", 0),
    )


def test_what_a_failed_scan_had_found_still_counts() -> None:
    sources = Sources((Group("given", (b"/p",)), Group("pictures", (b"/q",))))
    sources.begin()
    sources.on_page(page(b"/p", FOUND, cursor=3))
    assert sources.on_scan_failed(b"/p", "deadline: slow")[1:] == (Step.ENDED,)


def test_folders_that_could_not_be_listed_are_told_before_going_on() -> None:
    sources = Sources((Group("given", (b"/p",)),))
    sources.begin()
    fault = Fault(kind=FaultKind.NOT_READABLE, detail="cannot list: denied")
    skipped = SkippedFolder(path=b"/p/\xff", error=fault)
    photos, following = sources.on_page(page(b"/p", FOUND, skipped=(skipped,)))
    assert photos == (PHOTO,)
    assert following == (Tell("/p/\\xff: cannot list: denied (not-readable)"), Step.ENDED)


def test_a_group_of_which_nothing_can_be_shown_gives_way_to_the_next() -> None:
    sources = Sources((Group("given", (b"/p",)), Group("pictures", (b"/q",))))
    sources.begin()
    sources.on_page(page(b"/p", FOUND))
    assert sources.on_nothing_shown() == (
        Tell("given: no photo here can be shown"),
        ScanNext(b"/q", 0),
    )
    assert sources.on_page(page(b"/q"))[1][0] == Tell("pictures: /q: no photos found"), (
        "what the group before held does not count for this one"
    )


def test_scenes_that_cannot_be_painted_are_told_and_are_the_end() -> None:
    sources = Sources(())
    sources.begin()
    assert sources.on_scene_failed("io-error: disk full") == (
        Tell("the scenes cannot be painted: io-error: disk full"),
        Step.ENDED,
    )
    assert sources.on_nothing_shown() == (), "there is nothing after the scenes"
