"""`stillframe transitions`: which there are, and what they look like.

Role: `list`, `render` and `preview`. Counterpart: `transitions.registry` knows them, `player.strip`
draws single moments, `stillframe play` all of them.

Guarantees: `render` draws with the scene that a show plays, and bakes with its worker.
"""

import json
import os
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from stillframe.cli.adding import add
from stillframe.cli.display import display_problem
from stillframe.cli.play import EXIT_NO_DISPLAY

if TYPE_CHECKING:
    from PIL import Image

    from stillframe.settings import Settings
    from stillframe.show.shading import Shelf
    from stillframe.show.stagecraft import Effect
    from stillframe.transitions.dropped import Dropped

EXIT_FAILED: Final = 1
_BAKE_PATIENCE_S: Final = 20.0
_STRIP_MOMENTS: Final = 8
_FRAMES_PER_S: Final = 30


@click.group(short_help="How one photo gives way to the next.")
def transitions() -> None:
    """See which transitions there are, and what they look like."""


transitions.add_command(add)


@transitions.command("list", short_help="List them.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def list_them(*, as_json: bool) -> None:
    """List every transition with its parameters and the ways it can go; your own too."""
    from stillframe.transitions.registry import BUILT_IN

    own = _own()
    for problem in own.refused:
        click.echo(f"stillframe: {problem}", err=True)
    known = (*BUILT_IN, *own.known)
    if as_json:
        import msgspec

        said = [msgspec.to_builtins(transition) for transition in known]
        click.echo(json.dumps(said, indent=2))
        return
    from rich.console import Console
    from rich.table import Table

    shown = Table("name", "", "takes", "ways", "parameters", box=None, pad_edge=False)
    for transition in known:
        shown.add_row(
            transition.id,
            transition.name,
            f"{transition.default_duration_s:g} s",
            ", ".join(transition.directions) or "-",
            ", ".join(f"{p.name}={p.default}" for p in transition.parameters) or "-",
        )
    Console().print(shown)


@transitions.command(short_help="Draw one as a strip or a GIF.")
@click.argument("name")
@click.argument("first", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("second", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--direction", default="", help="Which way it goes.")
@click.option("--seed", type=click.IntRange(0, 2**31 - 1), default=1, show_default=True)
@click.option("--size", default="1280x720", show_default=True, metavar="WxH")
@click.option("--moments", type=click.IntRange(2, 100), default=_STRIP_MOMENTS, show_default=True)
@click.option(
    "-o", "--output", type=click.Path(dir_okay=False, path_type=Path), required=True, metavar="FILE"
)
def render(**wishes: Any) -> None:  # noqa: ANN401 - each is checked by its option
    """Draw the transition NAME from the photo FIRST to SECOND.

    FILE.png is a strip of moments from the beginning to the end, FILE.gif the whole of it in its
    time.
    """
    problem = display_problem(os.environ)
    if problem is not None:
        click.echo(f"stillframe: {problem}", err=True)
        sys.exit(EXIT_NO_DISPLAY)
    output: Path = wishes["output"]
    write = {".png": _write_strip, ".gif": _write_gif}.get(output.suffix)
    if write is None:
        raise click.UsageError(f"{output.name}: give a name that ends in .png or .gif")
    try:
        width, _, height = wishes["size"].partition("x")
        size_px = (int(width), int(height))
    except ValueError as error:
        raise click.UsageError(f"--size {wishes['size']}: give it as 1280x720") from error
    with _effect(wishes["name"], wishes["direction"], wishes["seed"], size_px) as effect:
        moments = wishes["moments"]
        if output.suffix != ".png":
            moments = max(2, round(effect.duration_s * _FRAMES_PER_S))
        pictures = _pictures(effect, (wishes["first"], wishes["second"]), size_px, moments)
        write(list(pictures), output)


@transitions.command(short_help="Play all of them, one after the other.")
@click.argument("paths", nargs=-1, type=click.Path(exists=True))
@click.pass_context
def preview(context: click.Context, paths: tuple[str, ...]) -> None:
    """Play the transitions at random in a window, with your photos or the painted scenes."""
    from stillframe.cli.play import play

    flags = ["--transition", "random", "--interval", "6", "--windowed", "1280x720", *paths]
    context.exit(play.main(flags, standalone_mode=False) or 0)


def _own() -> "Shelf":
    """Return what lies in this person's own folder."""
    from stillframe.cli.play import places_of
    from stillframe.settings.files import transitions_folder
    from stillframe.show.shading import look_into

    return look_into(transitions_folder(), places_of(()).shaders)


def _baked(own: "Shelf", settings: "Settings") -> "Shelf":
    """Have what the settings name of a person's own baked now, if it is not yet."""
    from stillframe.cli.shader_asking import bake_now
    from stillframe.show.repertoire import plan_of
    from stillframe.transitions.registry import BUILT_IN

    def told(file: "Dropped", problem: str) -> None:
        if problem:
            click.echo(f"stillframe: {file.transition.id}: {problem}", err=True)
            sys.exit(EXIT_FAILED)

    unbaked = plan_of(settings, BUILT_IN, own).unbaked
    if unbaked:
        bake_now(unbaked, settings, told)
    return _own()


@contextmanager
def _effect(name: str, direction: str, seed: int, size_px: tuple[int, int]) -> "Iterator[Effect]":
    """Yield a transition with all that it needs; its table is baked by its worker."""
    import collections
    from random import Random

    from stillframe.contracts.pixels import Size
    from stillframe.settings import load
    from stillframe.show.repertoire import plan_of
    from stillframe.show.specs import TABLES, Places, worker_specs
    from stillframe.show.stagecraft import Stagecraft
    from stillframe.supervision.supervisor import Supervisor
    from stillframe.transitions.registry import BUILT_IN

    wanted = {"STILLFRAME_TRANSITIONS_TYPE": name, "STILLFRAME_SHOW_INTERVAL_S": "60"}
    if direction:
        wanted["STILLFRAME_TRANSITIONS_DIRECTIONS"] = f"{name}={direction}"
    settings = load(file_text=None, file_name="", environ=wanted, flags={})
    plan = plan_of(settings, BUILT_IN, _baked(_own(), settings))
    places = Places(roots=(), scenes=b"/nonexistent", index=b"/nonexistent")
    specs = [spec for spec in worker_specs(settings, TABLES, places) if spec.name == "transitions"]
    rung = threading.Event()
    with Supervisor(specs, notify=rung.set) as supervisor:
        craft = Stagecraft(plan, supervisor, Random(seed), collections.Counter())  # noqa: S311
        craft.prepare(Size(*size_px))
        deadline_s = time.monotonic() + _BAKE_PATIENCE_S
        while craft.planned is None and time.monotonic() < deadline_s:
            rung.wait(0.1)
            rung.clear()
            while (event := supervisor.take()) is not None:
                craft.take(event)
        if craft.planned is None or craft.fallbacks:
            said = ", ".join(craft.fallbacks) or f"no answer in {_BAKE_PATIENCE_S:g} s"
            click.echo(f"stillframe: {name} cannot be baked: {said}", err=True)
            sys.exit(EXIT_FAILED)
        yield craft.planned


def _pictures(
    effect: "Effect", photos: tuple[Path, Path], size_px: tuple[int, int], moments: int
) -> "Iterator[Image.Image]":
    """Yield the pictures of a transition, from the beginning to the end."""
    from PIL import Image, ImageOps
    from rich.progress import track

    from stillframe.contracts.pixels import Size
    from stillframe.player.strip import Strip, StripError

    with tempfile.TemporaryDirectory() as folder:
        fitted = []
        for number, photo in enumerate(photos):
            fitted.append(Path(folder) / f"{number}.png")
            with Image.open(photo) as image:
                upright = ImageOps.exif_transpose(image).convert("RGB")
                ImageOps.fit(upright, size_px, Image.Resampling.LANCZOS).save(fitted[-1])
        strip = Strip(Size(*size_px))
        try:
            drawn = strip.moments(
                effect, (fitted[0], fitted[1]), [n / (moments - 1) for n in range(moments)]
            )
            for picture in track(drawn, "drawing", total=moments, transient=True):
                wide = (picture.width(), picture.height())
                yield Image.frombytes("RGBA", wide, bytes(picture.constBits())).convert("RGB")
        except StripError as error:
            click.echo(f"stillframe: {error}", err=True)
            sys.exit(EXIT_FAILED)
        finally:
            strip.close()


def _write_strip(pictures: "list[Image.Image]", output: Path) -> None:
    from PIL import Image

    width, height = pictures[0].size
    sheet = Image.new("RGB", (width * len(pictures), height))
    for number, picture in enumerate(pictures):
        sheet.paste(picture, (number * width, 0))
    sheet.save(output)


def _write_gif(pictures: "list[Image.Image]", output: Path) -> None:
    first, *rest = pictures
    first.save(output, save_all=True, append_images=rest, duration=1000 // _FRAMES_PER_S, loop=0)
