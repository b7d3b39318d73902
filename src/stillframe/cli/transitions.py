"""`stillframe transitions`: which there are, and what they look like.

Role: `list` and `preview`. Counterpart: `transitions.registry` knows them, `cli.rendering` and
`cli.adding` are the other commands, `stillframe play` plays them.
"""

import json

import click

from stillframe.cli.adding import add
from stillframe.cli.rendering import own_transitions, render


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

    own = own_transitions()
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


@transitions.command(short_help="Play all of them, one after the other.")
@click.argument("paths", nargs=-1, type=click.Path(exists=True))
@click.pass_context
def preview(context: click.Context, paths: tuple[str, ...]) -> None:
    """Play the transitions at random in a window, with your photos or the painted scenes."""
    from stillframe.cli.play import play

    flags = ["--transition", "random", "--interval", "6", "--windowed", "1280x720", *paths]
    context.exit(play.main(flags, standalone_mode=False) or 0)
