"""A person's own transitions: which files there are, and having baked and tried what is not yet.

Role: looks into the folder once, when a show starts; then asks for one file after the other.
Counterpart: `workers.shaders` bakes, `show.trying` has it drawn once, `show.stagecraft` plays what
is ready.

Guarantees: nothing waits for it: a show begins without what is not baked; a file that cannot be
taken is told once, by its name and line, and the others go on; only what is where its key says is
taken for baked. The folder is read up to `FILES_CAP` files, each up to its cap.
"""

import os
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from importlib import resources
from pathlib import Path
from typing import Final

from stillframe.contracts.shaders import SOURCE_CAP_CHARS, ShaderRequest, ShaderResult
from stillframe.show.ports import Asker
from stillframe.show.trying import Trial, judge, kept
from stillframe.supervision import events
from stillframe.supervision.events import Event
from stillframe.transitions.dropped import BAKED_CAP_BYTES, SUFFIX, Dropped, dropped, is_whole
from stillframe.transitions.glsl.tokens import ShaderRefusedError
from stillframe.transitions.model import Transition
from stillframe.transport.backlog import DropReason, Urgency

SHADERS: Final = "shaders"
# As many as the folder of what is baked holds.
FILES_CAP: Final = 512
_KEY: Final = b"shader"
# There is no compiler, or no worker any more: the other files would fare no better.
_HOPELESS: Final = ("not-found", "worker-failed")


class UnreadableError(ValueError):
    """A file that cannot be read as a transition; says which and why."""


@dataclass(frozen=True)
class Shelf:
    """A person's own transitions.

    Attributes:
        ready: those that can be played.
        unbaked: those that have to be baked or tried first, or were found to be no good.
        refused: what is wrong with the others.
    """

    ready: tuple[Transition, ...] = ()
    unbaked: tuple[Dropped, ...] = ()
    refused: tuple[str, ...] = ()

    @property
    def known(self) -> tuple[Transition, ...]:
        """All that may be named."""
        return (*self.ready, *(file.transition for file in self.unbaked))


def look_into(folder: Path, shaders: bytes) -> Shelf:
    """Return what lies in a person's folder; one that is not there is empty.

    Args:
        folder: of the person's files.
        shaders: the folder of what is baked.
    """
    ready: list[Transition] = []
    unbaked: list[Dropped] = []
    refused: list[str] = []
    names: set[str] = set()
    for path in _files(folder):
        try:
            file = read(path, shaders)
        except UnreadableError as error:
            refused.append(str(error))
            continue
        if file.transition.id in names:
            refused.append(f"{path.name}: another file has this name; give it another")
        else:
            verdict = kept(file.transition.shader) if _is_there(file.transition.shader) else None
            if verdict is not None and not verdict.problem:
                ready.append(file.transition)
            else:
                unbaked.append(replace(file, problem=verdict.problem if verdict else ""))
        names.add(file.transition.id)
    return Shelf(tuple(ready), tuple(unbaked), tuple(refused))


def read(path: Path, shaders: bytes) -> Dropped:
    """Return a person's file, and where its baked form will be.

    Raises:
        UnreadableError: if it cannot be read, is no text, or is too large.
    """
    try:
        with path.open("rb") as opened:
            content = opened.read(SOURCE_CAP_CHARS + 1)
    except OSError as error:
        raise UnreadableError(f"{path.name}: cannot be read: {error.strerror}") from error
    if len(content) > SOURCE_CAP_CHARS:
        raise UnreadableError(f"{path.name}: no transition has over {SOURCE_CAP_CHARS} bytes")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise UnreadableError(f"{path.name}: line {line}: not UTF-8; save it as such") from error
    prelude = resources.files("stillframe.transitions") / "shaders" / "prelude.glsl"
    try:
        file = dropped(path.name, text, prelude.read_text("utf-8"))
    except ShaderRefusedError as error:
        raise UnreadableError(f"{path.name}: {error}") from error
    shader = os.path.join(os.fsdecode(shaders), f"{file.key}.qsb")
    return replace(file, transition=replace(file.transition, shader=shader))


class Bakery:
    """Asks for one file after the other: to have it baked, and then, if it may be, tried."""

    def __init__(
        self,
        files: tuple[Dropped, ...],
        engine: Asker,
        ready: Callable[[Dropped], object],
        refused: Callable[[Dropped, str], object],
        trial: Trial | None = None,
    ) -> None:
        """Wait for `begin`; `ready` and `refused` are told what became of each file.

        Without a `trial` what is baked is ready.
        """
        self._trial = trial
        self._files, self._engine = deque(files), engine
        self._ready, self._refused = ready, refused
        self._baking: Dropped | None = None

    @property
    def busy(self) -> bool:
        """Whether a file is being baked."""
        return self._baking is not None

    def begin(self) -> None:
        """Ask for the first file; later calls do nothing."""
        while self._files and self._files[0].problem:
            known = self._files.popleft()
            self._refused(known, known.problem)
        if self._baking is not None or not self._files:
            return
        self._baking = self._files.popleft()
        request = ShaderRequest(
            **self._engine.asking(SHADERS),
            name=self._baking.transition.name + SUFFIX,
            source=self._baking.text,
        )
        self._engine.post(events.Submit(request, _KEY, Urgency.PREFETCH))

    def take(self, event: Event) -> bool:
        """Take an event that is about a file; False if it is not."""
        match event:
            case events.Completed(request=ShaderRequest(), response=ShaderResult(path=path)):
                self._next(path)
            case events.Refused(request=ShaderRequest(), reason=reason, detail=detail):
                if reason in _HOPELESS:
                    self._files.clear()
                self._fail(detail)
            case events.Dropped(request=ShaderRequest(), reason=DropReason.STOPPED):
                self._files.clear()
                self._baking = None
            case events.Dropped(request=ShaderRequest(), reason=dropped_for):
                self._fail(dropped_for.value)
            case events.ErrandEnded(errand=errand):
                if self._baking is not None and errand.key == self._baking.key.encode():
                    self._judge(event, self._baking)
            case _:
                return False
        return True

    def _next(self, path: bytes) -> None:
        file = self._baking
        if file is None or os.fsdecode(path) != file.transition.shader:
            self._fail("it was baked elsewhere")
        elif self._trial is not None:
            self._engine.post(self._trial.errand(file))
        else:
            self._admit(file)

    def _judge(self, ended: events.ErrandEnded, file: Dropped) -> None:
        """Take what came of a trial."""
        if ended.stopped or self._trial is None:
            self._files.clear()
            self._baking = None
            return
        verdict = judge(ended, file.text)
        if verdict.untried:
            self._trial.untried(file, verdict.untried)
        else:
            self._trial.keep(file, verdict)
        if verdict.problem:
            self._fail(verdict.problem)
        else:
            self._admit(file)

    def _admit(self, file: Dropped) -> None:
        self._baking = None
        self._ready(file)
        self.begin()

    def _fail(self, detail: str) -> None:
        file, self._baking = self._baking, None
        if file is not None:
            self._refused(file, detail)
        self.begin()


def _files(folder: Path) -> Iterator[Path]:
    try:
        found = sorted(entry.name for entry in os.scandir(folder) if entry.is_file())
    except OSError:  # most people have none
        return
    shaders = [name for name in found if name.endswith(SUFFIX)]
    yield from (folder / name for name in shaders[:FILES_CAP])


def _is_there(path: str) -> bool:
    """Say whether a baked file is there and whole."""
    try:
        with open(path, "rb") as file:
            content = file.read(BAKED_CAP_BYTES + 1)
        os.utime(path)  # the oldest leave first: it is wanted still
    except OSError:
        return False
    return is_whole(content)
