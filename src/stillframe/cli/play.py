"""The command `stillframe play`.

Role: from words to `PlayOptions`. Counterpart: `app.play` runs the show.
"""

import functools
import os
import re
import sys
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

import click

from stillframe.cli.display import display_problem
from stillframe.cli.options import setting_options
from stillframe.contracts.caps import SIDE_CAP_PX
from stillframe.library.photos import printable

if TYPE_CHECKING:
    from stillframe.contracts.feeds import FeedSource
    from stillframe.settings import Settings
    from stillframe.show.report import Report
    from stillframe.show.shading import Shelf
    from stillframe.show.sources import Group
    from stillframe.show.specs import Places

# Where Debian, Ubuntu and their desktops put photographs.
_SYSTEM_BACKGROUNDS: Final = ("/usr/share/backgrounds", "/usr/share/wallpapers")
EXIT_NO_DISPLAY: Final = 3


class PictureSize(click.ParamType[tuple[int, int]]):
    """A size as WxH, each side within what a frame may have."""

    name = "WxH"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, int]:
        """Return width and height, or refuse with what is wrong."""
        match = re.fullmatch(r"(\d{1,5})x(\d{1,5})", str(value))
        if match is None:
            self.fail(f"{value!r} is not a size such as 1280x720", param, ctx)
        width, height = int(match[1]), int(match[2])
        if not (1 <= width <= SIDE_CAP_PX and 1 <= height <= SIDE_CAP_PX):
            self.fail(f"{value} is outside 1x1 to {SIDE_CAP_PX}x{SIDE_CAP_PX}", param, ctx)
        return width, height


@click.command(short_help="Show photos.")
@click.argument(
    "paths", nargs=-1, type=click.Path(path_type=bytes, readable=False), metavar="[PATH]..."
)
@setting_options
@click.option(
    "--feed", "feed_urls", multiple=True, metavar="URL", help="Photos of this feed, for this show."
)
@click.option("--windowed", type=PictureSize(), metavar="WxH", help="A window, not full screen.")
@click.option("--seed", type=click.IntRange(0, 2**63 - 1), help="Repeat the order of this seed.")
@click.option("--exit-after", type=click.FloatRange(0, 10**7), metavar="S", help="End after S s.")
@click.option(
    "--report",
    type=click.Path(dir_okay=False, writable=True),
    metavar="FILE",
    help="Write what the show did, in numbers, as JSON.",
)
def play(
    *,
    paths: tuple[bytes, ...],
    flags: dict[str, str],
    feed_urls: tuple[str, ...],
    report: str | None,
    **wishes: Any,  # noqa: ANN401 - each is checked by its option
) -> None:
    """Show the photos of folders and files.

    Without PATH: your Pictures folder, else the system's backgrounds, else scenes that Stillframe
    paints itself.

    Keys: Right or Space next, Left previous, P pause, F full screen, Esc or Q quit.
    """
    refuse_missing(paths)
    settings = settings_with(flags)
    if report is not None:
        settings = changed(settings, show={"measure": True})
    told = functools.partial(_write_report, report)
    told(show_photos(settings, paths, feed_urls, told=told, **wishes))


def settings_with(flags: "Mapping[str, str]") -> "Settings":
    """Return what the person has set, and these flags before all."""
    from stillframe.settings import load, read_settings_file, settings_file

    path = settings_file()
    return load(
        file_text=read_settings_file(path), file_name=str(path), environ=os.environ, flags=flags
    )


def changed(settings: "Settings", **groups: Mapping[str, object]) -> "Settings":
    """Return settings with single values of some groups in place of what was set."""
    import msgspec

    return msgspec.structs.replace(
        settings,
        **{
            name: msgspec.structs.replace(getattr(settings, name), **values)
            for name, values in groups.items()
        },
    )


def show_photos(
    settings: "Settings",
    paths: tuple[bytes, ...],
    feed_urls: tuple[str, ...] = (),
    *,
    windowed: tuple[int, int] | None = None,
    told: "Callable[[Report], object]" = id,
    **wishes: Any,  # noqa: ANN401 - each was checked by its option
) -> "Report":
    """Run a show to its end; without a display, exit with a line that says so.

    `told` gets the report of one that has to be torn off.
    """
    problem = display_problem(os.environ)
    if problem is not None:
        click.echo(f"stillframe: {problem}", err=True)
        sys.exit(EXIT_NO_DISPLAY)
    from platformdirs import user_state_path

    from stillframe import app
    from stillframe.contracts.pixels import Size

    followed = _feeds_of(feed_urls, settings)
    # Somebody who names feeds and no folder wants to see the feeds.
    groups = groups_of(paths) if paths or not feed_urls else ()
    places = places_of(groups, feeds=bool(followed))
    options = app.PlayOptions(
        settings=settings,
        groups=groups,
        windowed=Size(*windowed) if windowed else None,
        seed=wishes.get("seed"),
        exit_after_s=wishes.get("exit_after"),
        measure=settings.show.measure,
        places=places,
        feeds=followed,
        state_folder=user_state_path("stillframe"),
        own_transitions=own_transitions(places),
        on_torn_off=told,
    )
    return app.play(options, os.environ)


def own_transitions(places: "Places") -> "Shelf":
    """Return what lies in this person's folder of transitions."""
    from stillframe.settings.files import transitions_folder
    from stillframe.show.shading import look_into

    return look_into(transitions_folder(), places.shaders)


def _feeds_of(urls: tuple[str, ...], settings: "Settings") -> "tuple[FeedSource, ...]":
    """Return the feeds that were named for this show, else those of the list."""
    if urls:
        from stillframe.cli.feeds import source_of

        return tuple(source_of(url) for url in dict.fromkeys(urls))
    if not settings.feeds.enabled:
        return ()
    from stillframe.cli.feeds import listed

    return listed()


def refuse_missing(paths: tuple[bytes, ...]) -> None:
    """Exit with status 2 and one line for the first path that is not there."""
    for path in paths:
        if not os.path.lexists(path):
            click.echo(f"stillframe: {printable(path)}: no such file or folder", err=True)
            sys.exit(2)


def groups_of(paths: tuple[bytes, ...]) -> "tuple[Group, ...]":
    """Return the given paths as one group, or the places where photos are looked for."""
    from stillframe.show.sources import Group

    if paths:
        return (Group("the given paths", tuple(os.path.abspath(path) for path in paths)),)
    from platformdirs import user_pictures_path

    pictures = os.fsencode(user_pictures_path())
    backgrounds = tuple(os.fsencode(p) for p in _SYSTEM_BACKGROUNDS if os.path.isdir(p))
    groups = (Group("the Pictures folder", (pictures,)),) if os.path.isdir(pictures) else ()
    return groups + ((Group("the system's backgrounds", backgrounds),) if backgrounds else ())


def places_of(groups: "tuple[Group, ...]", *, feeds: bool = False) -> "Places":
    """Return where the workers of a show of these groups, and perhaps feeds, keep things."""
    from platformdirs import user_cache_path

    from stillframe.show.code import code_folders, network_files, shader_compiler
    from stillframe.show.specs import Places

    cache = os.fsencode(user_cache_path("stillframe"))
    return Places(
        roots=tuple(root for group in groups for root in group.roots),
        scenes=cache + b"/scenes",
        index=cache + b"/library",  # apart from all else, for its worker may write there
        code=code_folders(),
        network=network_files() if feeds else (),
        mirror=cache + b"/feeds" if feeds else b"",
        shaders=cache + b"/shaders",
        compiler=shader_compiler(),
    )


def _write_report(file: str | None, report: "Report") -> None:
    """Write a report, if one is wanted."""
    if file is None:
        return
    import msgspec

    text = msgspec.json.format(msgspec.json.encode(report), indent=2)
    try:
        with open(file, "wb") as out:
            out.write(text + b"\n")
    except OSError as error:
        click.echo(f"stillframe: cannot write the report to {file}: {error.strerror}", err=True)
        sys.exit(1)
