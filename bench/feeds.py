"""What feeds cost: one large document, and fifty of which twenty mean harm.

Role: measures the parser beside feedparser, and both feed workers as a show has them. Counterpart:
`bench.fleet` serves; `bench.show_child` plays the shows whose frames are compared.

Cases: `one_mb` is a feed of 1,100 items in a megabyte, from its bytes to candidates; `hostile_50`
has 10 feeds that hang, 5 that lead in a circle, 5 that swell or stall a parser, and 30 with a photo
each: how long until the 30 are kept, and by how much the fetching process grows at most;
`frames_50` is a show meanwhile, beside the same show without feeds.

Guarantees: ours and the peer take turns; the workers are in their sandboxes; nothing leaves this
machine.
"""

import os
import random
import shutil
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import feedparser

from bench import rounds, table
from bench.fleet import HEALTHY, Fleet, fleet
from bench.orders import WINDOW_PX, Order
from bench.rounds import Pace
from bench.sample_photos import NoPhotoError, small_photos
from bench.shows import percentile_ms, play
from bench.supervised import environment
from stillframe.contracts.feeds import FeedSource, FeedsResult
from stillframe.settings import load
from stillframe.show.code import code_folders, network_files
from stillframe.show.courier import Courier, Recipient
from stillframe.show.gathering import Gathering, plan_of
from stillframe.show.specs import Places, worker_specs
from stillframe.supervision.events import WorkerChanged, WorkerState
from stillframe.supervision.supervisor import Supervisor
from stillframe.transport.arena import ArenaShape
from stillframe.workers.feedparse import core
from stillframe.workers.feedparse.document import About
from virtual_screen import VirtualScreen

_ITEMS: Final = 1_100
_QUICK_S: Final = 57.0
_FULL_ROUNDS: Final = 9
_QUICK_PLAY_S, _FULL_PLAY_S = 7.0, 30.0
_PATIENCE_S: Final = 120.0
_SCREEN_PX: Final = (1280, 720)
_MIB: Final = 1 << 20


def main(arguments: list[str]) -> int:
    """Measure and print; 1 if there is nothing to measure with."""
    pace = rounds.parse("feeds", __doc__, arguments, quick_s=_QUICK_S)
    try:
        photos = small_photos(*WINDOW_PX)
    except NoPhotoError as error:
        print(error, file=sys.stderr)
        return 1
    rows = _one_mb()
    done_s, growth_mib = [], []
    notes = []
    with fleet(next(photos.glob("*.jpg"))) as served:
        if shutil.which("Xvfb") is None:
            notes.append("left out: frames_50: Xvfb is not installed")
        else:
            rows += _frames(served, str(photos), pace)
        for _ in pace.rounds(_FULL_ROUNDS if pace.full else 3):
            done, growth = _hostile(served)
            done_s.append(done)
            growth_mib.append(growth)
    rows += [
        table.Row("hostile_50", "healthy_done_s", "s", statistics.median(done_s)),
        table.Row("hostile_50", "peak_growth_mib", "MiB", statistics.median(growth_mib)),
    ]
    notes.append(f"hostile_50: {len(done_s)} rounds, done in {_listed(done_s)} s")
    table.show("feeds", rows, notes=notes)
    return 0


def _listed(numbers: list[float]) -> str:
    return " ".join(f"{number:.1f}" for number in numbers)


def _one_mb() -> list[table.Row]:
    body = _large_feed()
    source = FeedSource(url="https://a.example/")
    about = About(source, source.url, "", 100, 60.0, 50, 1e9)
    contenders: dict[str, Callable[[], object]] = {
        "ours": lambda: core.read(body, about),
        "feedparser": lambda: feedparser.parse(body),
    }
    taken: dict[str, list[float]] = {name: [] for name in contenders}
    for number in range(5):
        for name in rounds.turned(contenders, number):
            began_s = time.process_time()
            contenders[name]()
            taken[name].append(1000 * (time.process_time() - began_s))
    ours, peer = (statistics.median(taken[name]) for name in contenders)
    return [table.Row("one_mb", "cpu_ms", "ms", ours, {"feedparser": peer})]


def _large_feed() -> bytes:
    """Return a megabyte of RSS as photo sites write it."""
    rng = random.Random(1)
    words = ["light", "river", "stone", "evening", "harbour", "fog", "ridge", "birch", "tide"]
    items = []
    for number in range(_ITEMS):
        text = " ".join(rng.choices(words, k=80))
        url = f"https://img.example/{number}.jpg"
        items.append(
            f"<item><title>{text[:40]}</title><link>https://a.example/{number}</link>"
            f"<guid>https://a.example/{number}</guid>"
            "<pubDate>Mon, 02 Nov 2026 10:00:00 GMT</pubDate>"
            f'<description>&lt;p&gt;{text}&lt;/p&gt;&lt;img src="{url}"/&gt;</description>'
            f'<media:content url="{url}" medium="image" width="3000" height="2000"/></item>'
        )
    media = "http://search.yahoo.com/mrss/"
    head = f'<rss version="2.0" xmlns:media="{media}"><channel><title>Photos</title>'
    return (head + "".join(items) + "</channel></rss>").encode()


def _hostile(served: Fleet) -> tuple[float, float]:
    """Return when the healthy feeds' photos were kept, in seconds, and the growth in MiB."""
    with tempfile.TemporaryDirectory(prefix="stillframe-bench-") as name:
        variables = {"STILLFRAME_FEEDS_ALLOW_HOSTS": ",".join(served.hosts)}
        settings = load(file_text="", file_name="", environ=variables, flags={})
        folder = os.fsencode(name)
        places = Places(
            roots=(),
            scenes=folder + b"/scenes",
            index=folder + b"/index",
            code=code_folders(),
            network=network_files(),
            mirror=folder + b"/mirror",
        )
        specs = worker_specs(settings, ArenaShape(1, 1 << 16), places)
        feeding = [spec for spec in specs if spec.name in ("feeds", "feedparse")]
        kept: set[str] = set()

        def take(news: FeedsResult) -> None:
            kept.update(item.source for item in news.items)

        rung = threading.Event()
        with Supervisor(feeding, notify=rung.set, environ=environment()) as supervisor:
            sources = tuple(FeedSource(url=url) for url in served.feeds)
            plan = plan_of(sources, settings.feeds, 10.0)
            recipient = Recipient(news=take, tell=lambda _: None)
            courier = Courier(plan, supervisor, Gathering(), recipient)
            pid, before_mib = _begin(supervisor, rung, courier)
            began_s = time.monotonic()
            while len(kept) < HEALTHY:
                if time.monotonic() - began_s > _PATIENCE_S:
                    raise RuntimeError(f"after {_PATIENCE_S:g} s only {len(kept)} feeds were kept")
                _turn(supervisor, rung, courier)
            done_s = time.monotonic() - began_s
            while time.monotonic() - began_s < done_s + 3:  # the bombs may still go off
                _turn(supervisor, rung, courier)
            return done_s, _memory_mib(pid, "VmHWM") - before_mib


def _begin(supervisor: Supervisor, rung: threading.Event, courier: Courier) -> tuple[int, float]:
    """Wait until the fetching process is there; return its number and size, and begin."""
    while True:
        rung.wait(1.0)
        rung.clear()
        while (event := supervisor.take()) is not None:
            match event:
                case WorkerChanged(worker="feeds", state=WorkerState.READY, pid=pid):
                    size_mib = _memory_mib(pid, "VmRSS")
                    courier.begin()
                    return pid, size_mib
                case WorkerChanged(worker="feeds", state=WorkerState.FAILED, cause=cause):
                    raise RuntimeError(f"the feed worker has failed: {cause}")


def _turn(supervisor: Supervisor, rung: threading.Event, courier: Courier) -> None:
    rung.wait(0.05)
    rung.clear()
    while (event := supervisor.take()) is not None:
        courier.take(event)


def _memory_mib(pid: int, name: str) -> float:
    for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
        if line.startswith(name + ":"):
            return float(line.split()[1]) / 1024
    raise RuntimeError(f"process {pid} has no {name}")


def _frames(served: Fleet, photos: str, pace: Pace) -> list[table.Row]:
    """Play the same show with and without the fleet."""
    play_s = _FULL_PLAY_S if pace.full else _QUICK_PLAY_S
    seen: dict[str, list[tuple[float, float, float]]] = {"with": [], "without": []}
    with VirtualScreen(*_SCREEN_PX) as screen:
        environ = screen.environ(os.environ)
        for number in range(3 if pace.full else 1):
            for name in rounds.turned(seen, number):
                with tempfile.TemporaryDirectory(prefix="stillframe-bench-") as home:
                    feeds = list(served.feeds) if name == "with" else []
                    order = Order(
                        photos=photos,
                        heavy=[],
                        load="none",
                        stalls=False,
                        play_s=play_s,
                        feeds=feeds,
                        home=home,
                    )
                    show = play(order, environ)
                intervals = show.intervals_ms
                p50, p99 = percentile_ms(intervals, 0.5), percentile_ms(intervals, 0.99)
                seen[name].append((p50, p99, show.gui_stall_ms_max))
    metrics = ("interval_p50_ms", "interval_p99_ms", "gui_stall_ms_max")
    with_feeds, without = (
        [statistics.median(numbers) for numbers in zip(*seen[name], strict=True)] for name in seen
    )
    return [
        table.Row("frames_50", metric, "ms", ours, {"without_feeds": peer})
        for metric, ours, peer in zip(metrics, with_feeds, without, strict=True)
    ]


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
