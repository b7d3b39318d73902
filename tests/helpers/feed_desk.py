"""Both feed workers as real processes under a real supervisor, and a conversation with them."""

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from crew import environment
from stillframe.contracts.feeds import DroppedItem, FeedSource, FeedsResult, ImageMetadata
from stillframe.settings import load
from stillframe.show.code import code_folders, network_files
from stillframe.show.courier import Courier, Recipient
from stillframe.show.gathering import Gathering, plan_of
from stillframe.show.specs import Places, worker_specs
from stillframe.supervision.events import Event, WorkerChanged, WorkerState
from stillframe.supervision.spec import WorkerSpec
from stillframe.supervision.supervisor import Supervisor
from stillframe.transport.arena import ArenaShape

PATIENCE_S = 30.0


@dataclass
class FeedDesk:
    """What has come of the conversation."""

    supervisor: Supervisor
    rung: threading.Event
    courier: Courier = field(init=False)
    items: list[ImageMetadata] = field(default_factory=list)
    dropped: list[DroppedItem] = field(default_factory=list)
    gone: list[bytes] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    wanted: tuple[bytes, ...] = ()
    busy: bool = True
    answers: int = 0

    def news(self, result: FeedsResult) -> None:
        """Take an answer."""
        self.items += result.items
        self.dropped += result.dropped
        self.gone += result.gone
        self.busy = result.busy
        self.answers += 1

    def until(self, condition: Callable[[], object], patience_s: float = PATIENCE_S) -> None:
        """Go on until a condition holds."""
        end_s = time.monotonic() + patience_s
        while not condition():
            assert time.monotonic() < end_s, (self.reasons, self.said, self.busy, self.events[-5:])
            self.rung.wait(0.05)
            self.rung.clear()
            while (event := self.supervisor.take()) is not None:
                self.events.append(event)
                self.courier.take(event)

    def settle(self) -> None:
        """Go on until nothing is under way."""
        answers = self.answers
        self.until(
            lambda: (
                self.answers > answers + 1 and not self.busy and not self.courier.gathering.reading
            )
        )

    @property
    def reasons(self) -> list[tuple[str, str]]:
        """What was left out, and why."""
        return [(drop.url, drop.reason.value) for drop in self.dropped]

    def states(self, worker: str) -> list[WorkerState]:
        """The states that a worker has gone through."""
        changes = (event for event in self.events if isinstance(event, WorkerChanged))
        return [change.state for change in changes if change.worker == worker]

    def pid(self, worker: str) -> int:
        """The process of a worker that is ready."""
        changes = [event for event in self.events if isinstance(event, WorkerChanged)]
        return [change.pid for change in changes if change.worker == worker and change.pid][-1]


@contextlib.contextmanager
def feed_desk(
    folder: Path, *feeds: FeedSource | str, allow: str = "", mirrored: bool = True, **more: str
) -> Iterator[FeedDesk]:
    """Have both workers at work in the sandboxes of a show, on a mirror in `folder`."""
    sources = tuple(FeedSource(url=f) if isinstance(f, str) else f for f in feeds)
    variables = {"STILLFRAME_FEEDS_ALLOW_HOSTS": allow} | {
        f"STILLFRAME_FEEDS_{name.upper()}": value for name, value in more.items()
    }
    settings = load(file_text="", file_name="none", environ=variables, flags={})
    places = Places(
        roots=(),
        scenes=bytes(folder / "scenes"),
        index=bytes(folder / "index"),
        code=code_folders(),
        network=network_files(),
        mirror=bytes(folder / "mirror"),
    )
    specs = [
        spec if mirrored else _unmirrored(spec)
        for spec in worker_specs(settings, ArenaShape(1, 1 << 16), places)
        if spec.name in ("feeds", "feedparse")
    ]
    rung = threading.Event()
    with Supervisor(specs, notify=rung.set, environ=environment()) as supervisor:
        desk = FeedDesk(supervisor, rung)
        recipient = Recipient(news=desk.news, tell=desk.said.append, wanted=lambda: desk.wanted)
        plan = plan_of(sources, settings.feeds, 10.0)
        desk.courier = Courier(plan, supervisor, Gathering(refresh=True), recipient)
        desk.courier.begin()
        yield desk


def _unmirrored(spec: WorkerSpec) -> WorkerSpec:
    return replace(spec, settings={**spec.settings, "mirror": ""}) if spec.reads == "" else spec
