"""Where photos come from: groups of folders, tried in order, and the painted scenes last.

Role: pure; turns pages of a scan into the next request. Counterpart: `show.runtime` sends the
requests to the library and scene workers.

Guarantees: the first group with a photo is the show's; a group without one is named, once, and
the next is tried; the scenes never fail to be tried.
"""

from dataclasses import dataclass
from enum import Enum

from stillframe.contracts.library import FoundPhoto, ScanResult
from stillframe.contracts.scenes import SceneResult
from stillframe.library.photos import Photo, printable


@dataclass(frozen=True)
class Group:
    """Folders or files that are shown together. `name` is for people."""

    name: str
    roots: tuple[bytes, ...]


@dataclass(frozen=True)
class ScanNext:
    """Ask for the page of `root` that follows `cursor`."""

    root: bytes
    cursor: int


@dataclass(frozen=True)
class PaintNext:
    """Ask for scene number `index`."""

    index: int


@dataclass(frozen=True)
class Tell:
    """Something a person should know."""

    text: str


class Step(Enum):
    """A step without data."""

    ENDED = "ended"
    """All that there is has been found."""


SourceAction = ScanNext | PaintNext | Tell | Step


class Sources:
    """The groups of one show, in order, and how far they have been read."""

    def __init__(self, groups: tuple[Group, ...]) -> None:
        """Prepare to read `groups`; the scenes follow by themselves."""
        self._groups = list(groups)
        self._roots: list[bytes] = []
        self._group: Group | None = None
        self._found_in_group = 0
        self._found_in_root = 0

    def begin(self) -> tuple[SourceAction, ...]:
        """Return the first request."""
        return self._next_group()

    def on_page(self, page: ScanResult) -> tuple[tuple[Photo, ...], tuple[SourceAction, ...]]:
        """Take a page: return its photos and what to do next."""
        photos = tuple(_photo(found) for found in page.photos)
        self._found_in_root += len(photos)
        self._found_in_group += len(photos)
        notes = tuple(
            Tell(f"{printable(skipped.path)}: {skipped.error.detail} ({skipped.error.kind})")
            for skipped in page.skipped
        )
        if page.next_cursor:
            return photos, (*notes, ScanNext(page.root, page.next_cursor))
        if not self._found_in_root:
            notes += (Tell(f"{self._name}: {printable(page.root)}: no photos found"),)
        return photos, (*notes, *self._next_root())

    def on_scan_failed(self, root: bytes, detail: str) -> tuple[SourceAction, ...]:
        """Pass over a root whose scan cannot be finished."""
        return (Tell(f"{printable(root)}: not scanned to the end: {detail}"), *self._next_root())

    def on_scene(self, scene: SceneResult) -> tuple[tuple[Photo, ...], tuple[SourceAction, ...]]:
        """Take a painted scene: return it and ask for the next one."""
        following = scene.index + 1
        last = following >= scene.scene_count
        return (_photo(scene.photo),), (Step.ENDED if last else PaintNext(following),)

    def on_scene_failed(self, detail: str) -> tuple[SourceAction, ...]:
        """Give up painting: there is nothing else to show."""
        return (Tell(f"the scenes cannot be painted: {detail}"), Step.ENDED)

    def on_nothing_shown(self) -> tuple[SourceAction, ...]:
        """Go on to the next group: not one photo of this one can be shown."""
        if not self._name:
            return ()
        return (Tell(f"{self._name}: no photo here can be shown"), *self._next_group())

    @property
    def _name(self) -> str:
        """The present group's name, empty once the scenes are painted."""
        return self._group.name if self._group else ""

    def _next_root(self) -> tuple[SourceAction, ...]:
        self._found_in_root = 0
        if self._roots:
            return (ScanNext(self._roots.pop(0), 0),)
        if self._found_in_group:
            return (Step.ENDED,)
        return self._next_group()

    def _next_group(self) -> tuple[SourceAction, ...]:
        self._found_in_group = 0
        if not self._groups:
            self._group = None
            return (PaintNext(0),)
        self._group = self._groups.pop(0)
        self._roots = list(self._group.roots)
        if not self._roots:
            return (Tell(f"{self._name}: no photos found"), *self._next_group())
        return self._next_root()


def _photo(found: FoundPhoto) -> Photo:
    return Photo(found.path, found.size_bytes, found.mtime_ns)
