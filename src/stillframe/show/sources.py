"""Where photos come from: groups of folders, tried in order, and the painted scenes last.

Role: pure; turns answers about folders into the next question. Counterpart: `show.runtime` sends
the questions to the library and scene workers.

Guarantees: the first group with a photo is the show's; a group without one is named, once, and
the next is tried; the scenes never fail to be tried. Once every root is known, exactly one question
about changes is always under way, until the library worker has failed.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Final

from stillframe.contracts.images import Pool
from stillframe.contracts.library import Changes, Follow, FoundPhoto, Scan, ScanPage, SkippedFolder
from stillframe.contracts.pixels import Size
from stillframe.contracts.scenes import SceneResult
from stillframe.library.photos import Photo, printable

# While a person may be waiting for the first photo, and afterwards: changes are told at once, but
# what was shown meanwhile is only told with the next question.
_SEARCHING_PATIENCE_MS: Final = 250
_PATIENCE_MS: Final = 1000
FIRST_ITEMS: Final = 64
"""Enough to begin a show with: each photo of a first page may cost a look at a cold disk."""
# What the scenes are painted at: sizes of common screens, so that a few are kept, not one for each
# window. The largest takes ten times as long as the smallest.
SCENE_SIZES: Final = tuple(Size(width, width * 9 // 16) for width in (1280, 1920, 2560, 3840))
# A library worker that dies again before it has answered once will go on dying.
_FRESH_STARTS_CAP: Final = 3


@dataclass(frozen=True)
class Group:
    """Folders or files that are shown together. `name` is for people."""

    name: str
    roots: tuple[bytes, ...]


@dataclass(frozen=True)
class Ask:
    """Ask the library worker."""

    question: Scan | Follow


@dataclass(frozen=True)
class PaintNext:
    """Ask for scene number `index`."""

    index: int


@dataclass(frozen=True)
class Tell:
    """Something a person should know."""

    text: str


def scene_size(surface: Size) -> Size:
    """Return the least of `SCENE_SIZES` that covers a surface, or the largest there is."""
    covering = (
        size
        for size in SCENE_SIZES
        if size.width >= surface.width and size.height >= surface.height
    )
    return next(covering, SCENE_SIZES[-1])


class Step(Enum):
    """A step without data."""

    ENDED = "ended"
    """All that there is has been found."""


SourceAction = Ask | PaintNext | Tell | Step


class Sources:
    """The groups of one show, in order, and how far they have been read."""

    def __init__(self, groups: tuple[Group, ...]) -> None:
        """Prepare to read `groups`; the scenes follow by themselves."""
        self._groups = list(groups)
        self._group: Group | None = None
        self._read: list[bytes] = []  # roots of this group and of those before
        self._unread: list[bytes] = []
        self._cursor = 0  # of the changes
        self._found_in_group = 0
        self._fresh_starts = 0
        self._following = False
        self._painting = self._painted = self._relieved = False

    def begin(self) -> tuple[SourceAction, ...]:
        """Return the first question."""
        return self._next_group()

    def on_page(self, page: ScanPage) -> tuple[tuple[Photo, ...], tuple[SourceAction, ...]]:
        """Take a page: return its photos and what to do next."""
        photos = tuple(_photo(found) for found in page.photos)
        self._found_in_group += len(photos)
        if page.next_cursor:
            return photos, (Ask(Scan(root=page.root, cursor=page.next_cursor)),)
        return photos, self._next_root()

    def on_changes(self, changes: Changes) -> tuple[tuple[Photo, ...], tuple[SourceAction, ...]]:
        """Take what has changed: return new photos and what to do next."""
        self._following = False
        self._cursor, self._fresh_starts = changes.next_cursor, 0
        photos = tuple(_photo(found) for found in changes.photos)
        self._found_in_group += len(photos)
        told = tuple(_told(skipped) for skipped in changes.skipped)
        if changes.searching:
            return photos, (*told, *self._follow(_SEARCHING_PATIENCE_MS))
        if self._unread or (self._painting and not self._painted):
            return photos, (*told, *self._follow(_PATIENCE_MS))  # more is on its way from elsewhere
        if self._found_in_group or self._painted:
            return photos, (*told, Step.ENDED, *self._follow(_PATIENCE_MS))
        return photos, (*told, Tell(f"{self._name}: no photos found"), *self._next_group())

    def on_lost(self, detail: str) -> tuple[SourceAction, ...]:
        """Start over with a library worker that does not know what the one before was asked."""
        self._following = False
        self._fresh_starts += 1
        if self._fresh_starts > _FRESH_STARTS_CAP:
            return (Tell(f"folders are not watched any more: {detail}"), Step.ENDED)
        self._unread = self._read + self._unread
        self._read = []
        self._cursor = 0
        return self._next_root()

    def on_scan_failed(self, root: bytes, detail: str) -> tuple[SourceAction, ...]:
        """Pass over a root that cannot be scanned."""
        return (Tell(f"{printable(root)}: not scanned: {detail}"), *self._next_root())

    def on_follow_failed(self, detail: str) -> tuple[SourceAction, ...]:
        """Go on with what was found so far."""
        self._following = False
        told = Tell(f"folders are not watched any more: {detail}")
        if self._found_in_group or self._painting:
            return (told, Step.ENDED)
        return (told, *self._next_group())

    def on_scene(self, scene: SceneResult) -> tuple[tuple[Photo, ...], tuple[SourceAction, ...]]:
        """Take a painted scene: return it and ask for the next one."""
        if self._relieved:
            return (), (Step.ENDED,)
        following = scene.index + 1
        self._painted = following >= scene.scene_count
        next_step = Step.ENDED if self._painted else PaintNext(following)
        return (_photo(scene.photo),), (next_step,)

    def on_scene_failed(self, detail: str) -> tuple[SourceAction, ...]:
        """Give up painting: there is nothing else to show."""
        self._painted = True
        return (Tell(f"the scenes cannot be painted: {detail}"), Step.ENDED)

    def relieve(self) -> None:
        """Paint no more while there are photos from elsewhere."""
        if self._painting:
            self._painted = self._relieved = True

    def on_nothing_shown(self) -> tuple[SourceAction, ...]:
        """Go on to the next group: not one photo of this one can be shown.

        After the last group there are the scenes, again where other photos had taken their place.
        """
        if self._painting and not self._relieved:
            return ()
        if self._relieved:
            self._relieved = self._painted = False
            return (PaintNext(0),)
        return (Tell(f"{self._name}: no photo here can be shown"), *self._next_group())

    @property
    def _name(self) -> str:
        """The present group's name, empty once the scenes are painted."""
        return self._group.name if self._group else ""

    def _follow(self, patience_ms: int) -> tuple[Ask, ...]:
        """Ask for changes, unless that was asked already."""
        if self._following:
            return ()
        self._following = True
        return (Ask(Follow(cursor=self._cursor, patience_ms=patience_ms)),)

    def _next_root(self) -> tuple[SourceAction, ...]:
        if self._unread:
            root = self._unread.pop(0)
            self._read.append(root)
            return (Ask(Scan(root=root, max_items=FIRST_ITEMS)),)
        return self._follow(_SEARCHING_PATIENCE_MS)

    def _next_group(self) -> tuple[SourceAction, ...]:
        self._found_in_group = 0
        if not self._groups:
            self._group, self._painting = None, True
            # A photo that is put into a folder meanwhile is shown among the scenes.
            return (PaintNext(0), *(self._follow(_PATIENCE_MS) if self._read else ()))
        self._group = self._groups.pop(0)
        self._unread += self._group.roots
        if not self._group.roots:
            return (Tell(f"{self._name}: no photos found"), *self._next_group())
        return self._next_root()


def _photo(found: FoundPhoto) -> Photo:
    return Photo(found.path, found.size_bytes, found.mtime_ns, Pool.LOCAL, found.seen, found.rank)


def _told(skipped: SkippedFolder) -> Tell:
    return Tell(f"{printable(skipped.path)}: {skipped.error.detail} ({skipped.error.kind})")
