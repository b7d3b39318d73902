"""`stillframe transitions`: which there are, and what they look like.

Role: `list` and `preview`. Counterpart: `transitions.registry` knows them, `cli.rendering` and
`cli.adding` are the other commands, `stillframe play` plays them.
"""

import json
from typing import TYPE_CHECKING, Final

import click

from stillframe.cli.adding import add
from stillframe.cli.play import own_transitions, places_of
from stillframe.cli.rendering import render

if TYPE_CHECKING:
    from stillframe.transitions.model import Parameter

_PREVIEW_PX: Final = (1280, 720)
# As long as an interval may be at the least: a photo is seen, and the next transition comes.
_PREVIEW_REST_S: Final = 2.0


@click.group(short_help="How one photo gives way to the next.")
def transitions() -> None:
    """See which transitions there are, and what they look like."""


transitions.add_command(add)
transitions.add_command(render)


@transitions.command("list", short_help="List them.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def list_them(*, as_json: bool) -> None:
    """List every transition with its parameters and the ways it can go; your own too."""
    from stillframe.transitions.registry import BUILT_IN

    own = own_transitions(places_of(()))
    for problem in own.refused:
        click.echo(f"stillframe: {problem}", err=True)
    known = (*BUILT_IN, *own.known)
    if as_json:
        import msgspec

        said = [msgspec.to_builtins(transition) for transition in known]
        click.echo(json.dumps(said, indent=2))
        return
    for transition in known:
        ways = f"; goes {', '.join(transition.directions)}" if transition.directions else ""
        click.echo(
            f"{transition.id}: {transition.summary}; {transition.default_duration_s:g} s{ways}"
        )
        for parameter in transition.parameters:
            click.echo(f"    {_described(parameter)}")


def _described(parameter: "Parameter") -> str:
    """Return a line about a parameter: its name, default, what is allowed, what it does."""
    if parameter.choices:
        allowed = ", ".join(parameter.choices)
    elif isinstance(parameter.default, str):
        allowed = "#rrggbb or #rrggbbaa"
    else:
        allowed = f"{parameter.minimum:g} to {parameter.maximum:g} {parameter.unit}".rstrip()
    return f"{parameter.name} = {parameter.default} ({allowed}): {parameter.help}"


@transitions.command(short_help="Play all of them, one after the other.")
@click.argument("paths", nargs=-1, type=click.Path(path_type=bytes, readable=False))
def preview(*, paths: tuple[bytes, ...]) -> None:
    """Play every transition in a window, one after the other, each in its own time.

    With your photos, or the painted scenes. Your own transitions come last. The log names what
    plays; Right goes to the next one.
    """
    from stillframe.cli.play import changed, refuse_missing, settings_with, show_photos
    from stillframe.transitions.choice import IN_TURN

    refuse_missing(paths)
    settings = changed(
        settings_with({}),
        show={"interval_s": _PREVIEW_REST_S, "transition_duration_s": 0.0},
        transitions={"type": IN_TURN, "enabled": ""},
    )
    show_photos(settings, paths, windowed=_PREVIEW_PX)
