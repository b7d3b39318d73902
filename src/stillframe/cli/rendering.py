"""`stillframe transitions render`: one transition as a strip, a GIF or a film.

Role: two photos and a name become a file. Counterpart: `player.strip` draws single moments.

Guarantees: draws with the scene that a show plays, and bakes with its worker; a film runs as fast
as the show does, with the same easing.
"""

import os
import sys
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from stillframe.cli.display import display_problem
from stillframe.cli.play import EXIT_NO_DISPLAY, PictureSize, own_transitions, places_of

if TYPE_CHECKING:
    from PIL import Image

    from stillframe.settings import Settings
    from stillframe.show.effect import Effect
    from stillframe.show.shading import Shelf
    from stillframe.transitions.dropped import Dropped
    from stillframe.transitions.model import Transition

EXIT_FAILED: Final = 1
_BAKE_PATIENCE_S: Final = 20.0
_STRIP_MOMENTS: Final = 8
_FILM_FRAMES_PER_S: Final = 30
# A GIF counts in hundredths of a second: these are 4 of them, and its time is kept.
_GIF_FRAMES_PER_S: Final = 25
_GIF_COLOURS: Final = 256


@click.command(short_help="Draw one as a strip, a GIF or a film.")
@click.argument("name")
@click.argument("first", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("second", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--direction", default="", help="Which way it goes.")
@click.option(
    "--set",
    "parameters",
    multiple=True,
    metavar="PARAMETER=VALUE",
    help="One of its parameters, as `list` names them; may be given several times.",
)
@click.option("--seed", type=click.IntRange(0, 2**31 - 1), default=1, show_default=True)
@click.option("--size", type=PictureSize(), default="1280x720", show_default=True, metavar="WxH")
@click.option("--moments", type=click.IntRange(2, 100), default=_STRIP_MOMENTS, show_default=True)
@click.option(
    "-o", "--output", type=click.Path(dir_okay=False, path_type=Path), required=True, metavar="FILE"
)
def render(**wishes: Any) -> None:  # noqa: ANN401 - each is checked by its option
    """Draw the transition NAME from the photo FIRST to SECOND.

    FILE.png is a strip of moments from the beginning to the end, FILE.gif and FILE.mp4 the whole of
    it in its time.
    """
    problem = display_problem(os.environ)
    if problem is not None:
        click.echo(f"stillframe: {problem}", err=True)
        sys.exit(EXIT_NO_DISPLAY)
    output: Path = wishes["output"]
    kind, size_px = output.suffix.lower(), wishes["size"]
    write = {".png": _write_strip, ".gif": _write_gif, ".mp4": _write_film}.get(kind)
    if write is None:
        raise click.UsageError(f"{output.name}: give a name that ends in .png, .gif or .mp4")
    if not output.parent.is_dir():
        raise click.UsageError(f"{output.parent}: no such folder")
    if kind == ".mp4":
        _check_codec()
    rate = {".gif": _GIF_FRAMES_PER_S, ".mp4": _FILM_FRAMES_PER_S}.get(kind)
    try:
        with (
            tempfile.TemporaryDirectory() as folder,
            _effect(wishes["name"], wishes, size_px) as effect,
        ):
            photos = _fitted((wishes["first"], wishes["second"]), size_px, Path(folder))
            places = _places(effect, rate, wishes["moments"])
            write(_pictures(effect, photos, size_px, places), output)
    except OSError as error:  # a photo that is none, or a file that cannot be written
        click.echo(f"stillframe: {error}", err=True)
        sys.exit(EXIT_FAILED)


def _baked(own: "Shelf", settings: "Settings") -> "Shelf":
    """Have what the settings name of a person's own baked now, if it is not yet."""
    from stillframe.cli.shader_asking import bake_now
    from stillframe.show.repertoire import plan_of
    from stillframe.transitions.registry import BUILT_IN

    baked: list[Transition] = []

    def told(file: "Dropped", problem: str) -> None:
        if problem:
            click.echo(f"stillframe: {file.transition.id}: {problem}", err=True)
            sys.exit(EXIT_FAILED)
        baked.append(file.transition)

    unbaked = plan_of(settings, BUILT_IN, own).unbaked
    if unbaked:
        bake_now(unbaked, settings, told)
    waiting = tuple(file for file in own.unbaked if file not in unbaked)
    return replace(own, ready=(*own.ready, *baked), unbaked=waiting)


@contextmanager
def _effect(name: str, wishes: Mapping[str, Any], size_px: tuple[int, int]) -> "Iterator[Effect]":
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
    if wishes["direction"]:
        wanted["STILLFRAME_TRANSITIONS_DIRECTIONS"] = f"{name}={wishes['direction']}"
    if wishes["parameters"]:
        given = ", ".join(f"{name}.{parameter}" for parameter in wishes["parameters"])
        wanted["STILLFRAME_TRANSITIONS_PARAMETERS"] = given
    settings = load(file_text=None, file_name="", environ=wanted, flags={})
    plan = plan_of(settings, BUILT_IN, _baked(own_transitions(places_of(())), settings))
    places = Places(roots=(), scenes=b"/nonexistent", index=b"/nonexistent")
    specs = [spec for spec in worker_specs(settings, TABLES, places) if spec.name == "transitions"]
    rung = threading.Event()
    with Supervisor(specs, notify=rung.set) as supervisor:
        craft = Stagecraft(plan, supervisor, Random(wishes["seed"]), collections.Counter())  # noqa: S311
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
    effect: "Effect", photos: tuple[Path, Path], size_px: tuple[int, int], places: list[float]
) -> "Iterator[Image.Image]":
    """Yield the pictures of a transition, from the beginning to the end."""
    from PIL import Image
    from rich.console import Console
    from rich.progress import track

    from stillframe.contracts.pixels import Size
    from stillframe.player.strip import Strip, StripError

    strip = Strip(Size(*size_px))
    try:
        drawn = strip.moments(effect, photos, places)
        console = Console(stderr=True)
        for picture in track(
            drawn,
            "drawing",
            total=len(places),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        ):
            wide = (picture.width(), picture.height())
            yield Image.frombytes("RGBA", wide, bytes(picture.constBits())).convert("RGB")
    except StripError as error:
        click.echo(f"stillframe: {error}", err=True)
        sys.exit(EXIT_FAILED)
    finally:
        strip.close()


def _fitted(photos: tuple[Path, Path], size_px: tuple[int, int], folder: Path) -> tuple[Path, Path]:
    """Return both photos as they are drawn: upright, and cropped to the size.

    Raises:
        OSError: for a file that is no photo, or cannot be read.
    """
    from PIL import Image, ImageOps

    def fit(photo: Path, name: str) -> Path:
        with Image.open(photo) as image:
            upright = ImageOps.exif_transpose(image).convert("RGB")
        ImageOps.fit(upright, size_px, Image.Resampling.LANCZOS).save(folder / name)
        return folder / name

    return fit(photos[0], "first.png"), fit(photos[1], "second.png")


def _places(effect: "Effect", frames_per_s: int | None, moments: int) -> list[float]:
    """Return how far a transition is at each picture: as in a show, or in a strip evenly."""
    if frames_per_s is None:
        return [number / (moments - 1) for number in range(moments)]
    from stillframe.player.strip import eased

    frames = max(2, round(effect.duration_s * frames_per_s))
    return [eased(effect, number / (frames - 1)) for number in range(frames)]


def _write_strip(pictures: "Iterable[Image.Image]", output: Path) -> None:
    from PIL import Image

    drawn = list(pictures)
    width, height = drawn[0].size
    sheet = Image.new("RGB", (width * len(drawn), height))
    for number, picture in enumerate(drawn):
        sheet.paste(picture, (number * width, 0))
    sheet.save(output)


def _write_gif(pictures: "Iterable[Image.Image]", output: Path) -> None:
    """Write it; a picture that waits to be written has a byte a pixel."""
    from PIL import Image

    def indexed(picture: Image.Image) -> Image.Image:
        palette = picture.quantize(_GIF_COLOURS)
        return picture.quantize(palette=palette, dither=Image.Dither.FLOYDSTEINBERG)

    drawn = map(indexed, pictures)
    duration_ms = 1000 // _GIF_FRAMES_PER_S
    next(drawn).save(output, save_all=True, append_images=drawn, duration=duration_ms, loop=0)


def _check_codec() -> None:
    """End here if films cannot be written."""
    try:
        import av  # noqa: F401 - only asked for
    except ModuleNotFoundError:
        wanted = (
            "a film needs PyAV: pip install 'stillframe[film]', or give a name that ends in .gif"
        )
        click.echo(f"stillframe: {wanted}", err=True)
        sys.exit(EXIT_FAILED)


def _write_film(pictures: "Iterable[Image.Image]", output: Path) -> None:
    """Write H.264; the codec takes even sizes only."""
    import av

    with av.open(output, "w") as film:
        stream = film.add_stream("libx264", rate=_FILM_FRAMES_PER_S)
        stream.pix_fmt = "yuv420p"
        stream.options = {"crf": "16"}
        for number, picture in enumerate(pictures):
            if number == 0:
                stream.width, stream.height = (side // 2 * 2 for side in picture.size)
            whole = picture.crop((0, 0, stream.width, stream.height))
            frame = av.VideoFrame.from_image(whole)  # type: ignore[no-untyped-call]
            film.mux(stream.encode(frame))
        film.mux(stream.encode(None))
