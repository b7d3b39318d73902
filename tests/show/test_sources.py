"""Where photos come from: groups in order, roots in order, pages in order, scenes last."""

import pytest

from stillframe.contracts.errors import Fault, FaultKind
from stillframe.contracts.library import Changes, Follow, FoundPhoto, Scan, ScanPage, SkippedFolder
from stillframe.contracts.pixels import Size
from stillframe.contracts.scenes import SceneResult
from stillframe.library.photos import Photo
from stillframe.show.sources import (
    FIRST_ITEMS,
    Ask,
    Group,
    PaintNext,
    SourceAction,
    Sources,
    Step,
    Tell,
    scene_size,
)

FOUND = FoundPhoto(b"/p/a.jpg", 12, 34, True, b"rank")
PHOTO = Photo(b"/p/a.jpg", 12, 34)
NONE_FOUND = Changes()
STILL_SEARCHING = Changes(searching=True)


def scan(root: bytes, cursor: int = 0) -> Ask:
    whole = Scan(root=root, cursor=cursor)
    return Ask(whole if cursor else Scan(root=root, max_items=FIRST_ITEMS))


def page(root: bytes, *photos: FoundPhoto, cursor: int = 0) -> ScanPage:
    return ScanPage(root=root, photos=photos, next_cursor=cursor)


def said(actions: tuple[SourceAction, ...]) -> list[str]:
    """Return the actions in words; a question about changes with its cursor alone."""
    words = []
    for action in actions:
        match action:
            case Ask(question=Follow(cursor=cursor)):
                words.append(f"follow {cursor}")
            case Ask(question=Scan(root=root, cursor=cursor)):
                words.append(f"scan {root.decode()} {cursor}")
            case PaintNext(index=index):
                words.append(f"paint {index}")
            case Tell(text=text):
                words.append(text)
            case Step.ENDED:
                words.append("ended")
    return words


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


def following(*groups: Group) -> Sources:
    """Return sources whose roots of the first group are all known, and empty so far."""
    sources = Sources(groups)
    sources.begin()
    for root in groups[0].roots:
        sources.on_page(page(root))
    return sources


def test_a_root_is_read_page_by_page_then_the_next_root_then_what_changes() -> None:
    sources = Sources((Group("given", (b"/p", b"/q")),))
    assert sources.begin() == (scan(b"/p"),)
    photos, after = sources.on_page(page(b"/p", FOUND, cursor=7))
    assert (photos, after) == ((PHOTO,), (scan(b"/p", 7),))
    assert (photos[0].seen, photos[0].rank) == (True, b"rank")
    assert sources.on_page(page(b"/p")) == ((), (scan(b"/q"),))
    assert said(sources.on_page(page(b"/q"))[1]) == ["follow 0"]


def test_changes_are_followed_for_good() -> None:
    sources = following(Group("given", (b"/p",)))
    photos, after = sources.on_changes(Changes(photos=(FOUND,), searching=True, next_cursor=5))
    assert (photos, said(after)) == ((PHOTO,), ["follow 5"])
    assert said(sources.on_changes(Changes(next_cursor=5))[1]) == ["ended", "follow 5"]
    assert said(sources.on_changes(Changes(photos=(FOUND,), next_cursor=9))[1]) == [
        "ended",
        "follow 9",
    ]


def test_a_person_who_waits_for_the_first_photo_is_not_made_to_wait_for_an_answer() -> None:
    sources = following(Group("given", (b"/p",)))
    (searching,) = sources.on_changes(STILL_SEARCHING)[1]
    *_, resting = sources.on_changes(Changes(photos=(FOUND,)))[1]
    assert isinstance(searching, Ask)
    assert isinstance(resting, Ask)
    assert isinstance(searching.question, Follow)
    assert isinstance(resting.question, Follow)
    assert searching.question.patience_ms < resting.question.patience_ms


def test_while_the_search_goes_on_an_empty_group_is_not_given_up() -> None:
    sources = following(Group("given", (b"/p",)), Group("pictures", (b"/q",)))
    assert said(sources.on_changes(STILL_SEARCHING)[1]) == ["follow 0"]
    assert said(sources.on_changes(NONE_FOUND)[1]) == ["given: no photos found", "scan /q 0"]


def test_an_empty_group_is_named_and_the_next_one_tried() -> None:
    sources = following(Group("given", (b"/p",)), Group("pictures", (b"/q",)))
    sources.on_changes(NONE_FOUND)
    assert said(sources.on_page(page(b"/q", FOUND))[1]) == ["follow 0"]
    assert said(sources.on_changes(NONE_FOUND)[1]) == ["ended", "follow 0"]


def test_after_the_last_group_the_scenes_are_painted_one_by_one() -> None:
    sources = following(Group("given", (b"/p",)))
    assert said(sources.on_changes(NONE_FOUND)[1]) == [
        "given: no photos found",
        "paint 0",
        "follow 0",
    ]
    assert sources.on_scene(scene(0, 3)) == ((PHOTO,), (PaintNext(1),))
    assert said(sources.on_changes(NONE_FOUND)[1]) == ["follow 0"], "there is more to be painted"
    assert sources.on_scene(scene(1, 3)) == ((PHOTO,), (PaintNext(2),))
    assert sources.on_scene(scene(2, 3)) == ((PHOTO,), (Step.ENDED,))
    assert said(sources.on_changes(NONE_FOUND)[1]) == ["ended", "follow 0"]


def test_a_photo_that_is_put_into_an_empty_folder_joins_the_scenes() -> None:
    sources = following(Group("given", (b"/p",)))
    sources.on_changes(NONE_FOUND)
    assert sources.on_changes(Changes(photos=(FOUND,)))[0] == (PHOTO,)


def test_without_groups_the_scenes_are_painted_at_once_and_nothing_is_followed() -> None:
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
        Tell("/p\\n: not scanned: io-error: bad disk"),
        scan(b"/q"),
    )


def test_a_new_library_worker_is_asked_for_all_roots_again() -> None:
    sources = Sources((Group("given", (b"/p", b"/q")),))
    sources.begin()
    sources.on_page(page(b"/p", FOUND))
    assert said(sources.on_lost("no such cursor")) == ["scan /p 0"]
    assert said(sources.on_page(page(b"/p"))[1]) == ["scan /q 0"]
    assert said(sources.on_page(page(b"/q"))[1]) == ["follow 0"]
    sources.on_changes(Changes(photos=(FOUND,), next_cursor=8))
    assert said(sources.on_lost("no root was scanned")) == ["scan /p 0"]
    sources.on_page(page(b"/p"))
    assert said(sources.on_page(page(b"/q"))[1]) == ["follow 0"], "its numbers begin anew"


def test_a_library_worker_that_never_gets_to_an_answer_is_given_up() -> None:
    sources = following(Group("given", (b"/p",)))
    starts = 0
    while said(sources.on_lost("again")) == ["scan /p 0"]:
        starts += 1
        sources.on_page(page(b"/p"))
        assert starts < 10
    assert starts > 0
    sources = following(Group("given", (b"/p",)))
    for _ in range(10):
        assert said(sources.on_lost("again")) == ["scan /p 0"], "one that answers is not given up"
        sources.on_page(page(b"/p"))
        sources.on_changes(Changes(photos=(FOUND,)))


def test_when_changes_cannot_be_followed_the_show_goes_on_with_what_it_has() -> None:
    sources = Sources((Group("given", (b"/p",)), Group("pictures", (b"/q",))))
    sources.begin()
    sources.on_page(page(b"/p", FOUND))
    assert said(sources.on_follow_failed("deadline: slow")) == [
        "folders are not watched any more: deadline: slow",
        "ended",
    ]


def test_when_nothing_was_found_and_nothing_can_be_the_next_group_is_tried() -> None:
    sources = following(Group("given", (b"/p",)), Group("pictures", (b"/q",)))
    assert said(sources.on_follow_failed("worker-failed: x"))[1:] == ["scan /q 0"]


def test_folders_that_could_not_be_listed_are_told_before_going_on() -> None:
    sources = following(Group("given", (b"/p",)))
    fault = Fault(kind=FaultKind.NOT_READABLE, detail="cannot list: denied")
    skipped = SkippedFolder(path=b"/p/\xff", error=fault)
    photos, after = sources.on_changes(Changes(photos=(FOUND,), skipped=(skipped,)))
    assert photos == (PHOTO,)
    assert said(after) == ["/p/\\xff: cannot list: denied (not-readable)", "ended", "follow 0"]


def test_a_group_of_which_nothing_can_be_shown_gives_way_to_the_next() -> None:
    sources = following(Group("given", (b"/p",)), Group("pictures", (b"/q",)))
    sources.on_changes(Changes(photos=(FOUND,), next_cursor=1))
    assert said(sources.on_nothing_shown()) == ["given: no photo here can be shown", "scan /q 0"]
    assert said(sources.on_page(page(b"/q"))[1]) == [], "one question about changes is enough"
    assert said(sources.on_changes(Changes(next_cursor=1))[1])[0] == "pictures: no photos found", (
        "what the group before held does not count for this one"
    )


def test_where_photos_have_come_from_elsewhere_no_more_is_painted() -> None:
    sources = Sources(())
    sources.begin()
    sources.relieve()
    assert sources.on_scene(scene(0, 4)) == ((), (Step.ENDED,))


def test_when_those_are_all_gone_the_scenes_are_painted_again() -> None:
    sources = Sources(())
    sources.begin()
    for index in range(2):
        sources.on_scene(scene(index, 2))
    assert sources.on_nothing_shown() == (), "it was the scenes that could not be shown"
    for _ in range(2):
        sources.relieve()
        assert sources.on_nothing_shown() == (PaintNext(0),)
        assert sources.on_scene(scene(0, 2)) == ((PHOTO,), (PaintNext(1),))
        assert sources.on_scene(scene(1, 2)) == ((PHOTO,), (Step.ENDED,))


def test_photos_from_elsewhere_do_not_end_the_search_in_folders() -> None:
    sources = Sources((Group("given", (b"/p",)), Group("next", (b"/q",))))
    sources.begin()
    sources.relieve()
    sources.on_page(page(b"/p"))
    assert said(sources.on_changes(NONE_FOUND)[1]) == ["given: no photos found", "scan /q 0"]
    sources.on_page(page(b"/q"))
    actions = sources.on_changes(NONE_FOUND)[1]
    assert PaintNext(0) in actions
    assert sources.on_scene(scene(0, 4))[1] == (PaintNext(1),), "nothing was painted before"


def test_scenes_that_cannot_be_painted_are_told_and_are_the_end() -> None:
    sources = Sources(())
    sources.begin()
    assert sources.on_scene_failed("io-error: disk full") == (
        Tell("the scenes cannot be painted: io-error: disk full"),
        Step.ENDED,
    )
    assert sources.on_nothing_shown() == (), "there is nothing after the scenes"


@pytest.mark.parametrize(
    ("surface", "size"),
    [
        ((640, 360), (1280, 720)),
        ((1280, 720), (1280, 720)),
        ((1281, 720), (1920, 1080)),
        ((1280, 721), (1920, 1080)),
        ((1080, 1920), (3840, 2160)),
        ((2560, 1440), (2560, 1440)),
        ((7680, 4320), (3840, 2160)),
    ],
)
def test_scenes_are_painted_as_large_as_the_screen_and_hardly_larger(
    surface: tuple[int, int], size: tuple[int, int]
) -> None:
    assert scene_size(Size(*surface)) == Size(*size)
