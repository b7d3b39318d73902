"""The commands `stillframe feeds ...`: the list of feeds, and how they are doing.

Role: edits a person's list, and asks feed workers of its own about it. Counterpart:
`settings.feed_list` has the list, `workers.feeds` the mirror; a running show has other workers on
the same mirror.

Guarantees: needs no display and imports no Qt; when a command returns, no worker is left; what a
feed says cannot steer the terminal. Exit status 1: a feed cannot be had, or a worker has failed.
"""

import os
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from stillframe.library.photos import printable

if TYPE_CHECKING:
    from stillframe.contracts.feeds import (
        DroppedItem,
        FeedHealth,
        FeedSource,
        ImageMetadata,
    )
    from stillframe.settings import Settings

EXIT_FAILED: Final = 1

# For all feeds of a list to be asked: each has half a minute, four at a time.
_REFRESH_S: Final = 600.0
_CHECK_S: Final = 90.0
_ALLOW: Final = click.option(
    "--allow-host",
    "allow_hosts",
    multiple=True,
    metavar="HOST",
    help="A host at home that the feed may lead to, such as nas.local or 192.168.1.5:8080.",
)
_JSON: Final = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.group(short_help="Follow feeds of images.")
def feeds() -> None:
    """Follow feeds of images: their photos join the show, and are kept for when there is no net."""


@feeds.command(short_help="Follow another feed.")
@click.argument("url")
@click.option("--weight", type=click.IntRange(0, 100), help="What its photos count, 0 to 100.")
@click.option("--name", default="", help="What to call it.")
@click.option("--kind", default="auto", help="How it is asked: auto, json, webdav or immich.")
@click.option("--key", default="", help="A key of its server, or user:password.")
@_ALLOW
def add(*, url: str, allow_hosts: tuple[str, ...], **said: Any) -> None:  # noqa: ANN401 - passed on
    """Look at the feed at URL, or at the feed that a page there names, and follow it."""
    from stillframe.cli.feed_asking import look_at
    from stillframe.contracts.feeds import DropReason

    source = source_of(url, **said)
    looked = look_at((source,), _settings(allow_hosts), within_s=_CHECK_S)
    if looked.reason_of(source.url) is DropReason.HTML_NOT_FEED and looked.feeds:
        click.echo(f"{url} is a page; it names the feed {looked.feeds[0]}")
        source = source_of(looked.feeds[0], **said)
        looked = look_at((source,), _settings(allow_hosts), within_s=_CHECK_S)
    problem = looked.problem_of(source.url)
    if problem:
        click.echo(f"stillframe: {printable(source.url.encode())}: {problem}", err=True)
        sys.exit(EXIT_FAILED)
    known = source.url in {one.url for one in listed()}
    _change_list(lambda text, file: _with(text, (source,), file))
    _remember(allow_hosts)
    if known:
        click.echo("It was on the list already, and stays as it is there.")
    else:
        click.echo(f"{len(looked.taken)} photos now; it is followed from the next show on.")


@feeds.command(short_help="Follow a feed no longer.")
@click.argument("url")
def remove(*, url: str) -> None:
    """Take the feed at URL off the list; what it brought is kept for its time."""
    from stillframe.settings.edit import without_feed

    _change_list(lambda text, file: without_feed(text, url, file))


@feeds.command("list", short_help="Show the feeds and how they are doing.")
@_JSON
def list_feeds(*, as_json: bool) -> None:
    """Show the feeds of the list: whether they answer, when they are asked next, what is kept."""
    from stillframe.cli.feed_asking import survey

    followed = listed()
    healths = survey(followed, _settings(())) if followed else ()
    if as_json:
        pairs = zip(followed, healths, strict=True)
        _print_json([{"url": s.url, "name": s.name, "health": health} for s, health in pairs])
        return
    if not followed:
        click.echo("No feeds; `stillframe feeds add URL` or `stillframe feeds starter` adds some.")
    for source, health in zip(followed, healths, strict=True):
        click.echo("\n".join(lines_of(source, health, time.time())))


@feeds.command(short_help="Look at what a feed would bring.")
@click.argument("url")
@_JSON
@_ALLOW
@click.option("--kind", default="auto", help="How it is asked: auto, json, webdav or immich.")
@click.option("--key", default="", help="A key of its server, or user:password.")
def check(*, url: str, as_json: bool, allow_hosts: tuple[str, ...], kind: str, key: str) -> None:
    """Read the feed at URL now, and say what would be taken, and what not and why.

    No image is fetched. Exit status 1 if the feed cannot be read.
    """
    from stillframe.cli.feed_asking import look_at

    source = source_of(url, kind=kind, key=key)
    looked = look_at((source,), _settings(allow_hosts), within_s=_CHECK_S)
    if as_json:
        _print_json({"taken": looked.taken, "dropped": looked.dropped})
    else:
        for line in (*map(_taken, looked.taken), *map(_dropped, looked.dropped)):
            click.echo(line)
    sys.exit(EXIT_FAILED if looked.problem_of(source.url) else 0)


@feeds.command(short_help="Ask all feeds now.")
def refresh() -> None:
    """Ask every feed of the list now, and fetch what is new."""
    from stillframe.cli.feed_asking import refresh_all

    followed = listed()
    if not followed:
        click.echo("No feeds; `stillframe feeds add URL` adds one.")
        return
    done = refresh_all(followed, _settings(()), within_s=_REFRESH_S)
    for line in map(_dropped, done.dropped):
        click.echo(line)
    click.echo(f"{len(done.taken)} photos are kept.")


@feeds.command("import", short_help="Follow the feeds of an OPML file.")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def import_opml(*, file: Path) -> None:
    """Follow all feeds that an OPML file names, as other readers write it."""
    from stillframe.cli.feed_asking import feeds_in

    found = feeds_in(file)
    if not found:
        click.echo(f"stillframe: {printable(os.fsencode(file))}: names no feeds", err=True)
        sys.exit(EXIT_FAILED)
    before = {source.url for source in listed()}
    _change_list(lambda text, name: _with(text, tuple(map(source_of, found)), name))
    click.echo(f"{len(set(found) - before)} feeds were added.")


@feeds.command(short_help="Write the list as OPML.")
def export() -> None:
    """Print the list as OPML, for other readers."""
    from stillframe.cli.opml import opml_of

    click.echo(opml_of(listed()))


@feeds.command(short_help="Follow some good feeds.")
def starter() -> None:
    """Follow a few feeds of fine photographs that need no key."""
    from stillframe.cli.starter import STARTER

    before = {source.url for source in listed()}
    _change_list(lambda text, file: _with(text, STARTER, file))
    for source in STARTER:
        click.echo(f"{'there' if source.url in before else 'added'}  {source.name}  {source.url}")


def lines_of(source: "FeedSource", health: "FeedHealth", now_s: float) -> tuple[str, ...]:
    """Return a feed and how it is doing, as lines for people."""
    name = source.name or source.url
    state = f"{printable(name.encode())}: {health.state.value}, {health.images} photos kept"
    lines = [state] if name == source.url else [state, f"    {printable(source.url.encode())}"]
    if health.last_ok_s is not None:
        lines.append(f"    answered {_span(now_s - health.last_ok_s)} ago")
    if health.next_due_s is not None and health.last_ok_s is not None:
        due_s = health.next_due_s - now_s
        lines.append(f"    asked next in {_span(due_s)}" if due_s > 0 else "    asked next now")
    if health.error is not None:
        said = f"    {health.failures} failures: {health.error.value}"
        lines.append(f"{said}: {printable(health.detail.encode())}" if health.detail else said)
    return tuple(lines)


def _span(seconds: float) -> str:
    for unit, length_s in (("days", 86400), ("hours", 3600), ("minutes", 60)):
        if seconds >= 2 * length_s:
            return f"{seconds / length_s:.0f} {unit}"
    return f"{max(seconds, 0):.0f} seconds"


def _taken(item: "ImageMetadata") -> str:
    size = f" {item.width}x{item.height}" if item.width and item.height else ""
    title = printable(item.title.encode()) or "untitled"
    return f"taken    {printable(item.url.encode())}{size}  {title}"


def _dropped(drop: "DroppedItem") -> str:
    detail = f": {printable(drop.detail.encode())}" if drop.detail else ""
    return f"dropped  {printable(drop.url.encode())}  {drop.reason.value}{detail}"


def source_of(url: str, **said: Any) -> "FeedSource":  # noqa: ANN401 - checked by the struct
    """Return a feed as a person has typed it.

    An address without a scheme is one of the web; a name and password in it become its key, since
    addresses are printed.
    """
    import msgspec

    from stillframe.contracts.feeds import FeedSource
    from stillframe.settings.feed_list import without_secret

    address, secret = without_secret(url if "://" in url else f"https://{url}")
    said["key"] = said.get("key") or secret
    try:
        # What a terminal or a file gave in another encoding could not be told to any worker.
        msgspec.json.encode((address, said))
        return msgspec.convert({"url": address, **said}, FeedSource)
    except (msgspec.ValidationError, UnicodeEncodeError) as error:
        reason = "not UTF-8" if isinstance(error, UnicodeEncodeError) else error
        click.echo(f"stillframe: {printable(os.fsencode(address))}: {reason}", err=True)
        sys.exit(2)


def _given(environ: Mapping[str, str], **flags: str) -> "Settings":
    from stillframe.settings import load, read_settings_file, settings_file

    file = settings_file()
    text = read_settings_file(file)
    return load(file_text=text, file_name=str(file), environ=environ, flags=flags)


def _settings(allow_hosts: tuple[str, ...]) -> "Settings":
    known = _given(os.environ).feeds.allow_hosts
    return _given(os.environ, **{"--allow-host": ",".join(filter(None, (known, *allow_hosts)))})


def _remember(allow_hosts: tuple[str, ...]) -> None:
    """Put hosts at home among the settings, so that later shows may ask them too."""
    from stillframe.settings import read_settings_file, settings_file
    from stillframe.settings.edit import with_value
    from stillframe.settings.files import write_private_file

    file = settings_file()
    known = _given({}).feeds.allow_hosts  # of the file alone: what else holds now, holds for now
    wanted = dict.fromkeys((*known.replace(",", " ").split(), *allow_hosts))
    if allow_hosts and ",".join(wanted) != known:
        text = read_settings_file(file)
        write_private_file(file, with_value(text, "feeds.allow_hosts", ",".join(wanted), str(file)))


def listed() -> "tuple[FeedSource, ...]":
    """Return the feeds of this person's list."""
    from stillframe.settings import read_settings_file
    from stillframe.settings.feed_list import feeds_file, read_feeds

    file = feeds_file()
    return read_feeds(read_settings_file(file), str(file))


def _with(text: str | None, added: "tuple[FeedSource, ...]", file: str) -> str:
    from stillframe.settings.edit import with_feeds

    return with_feeds(text, added, file)


def _change_list(change: Callable[[str | None, str], str]) -> None:
    from stillframe.settings import read_settings_file
    from stillframe.settings.feed_list import feeds_file
    from stillframe.settings.files import write_private_file

    file = feeds_file()
    write_private_file(file, change(read_settings_file(file), str(file)))


def _print_json(value: object) -> None:
    import msgspec

    click.echo(msgspec.json.format(msgspec.json.encode(value), indent=2))
