"""The command `stillframe status`.

Role: how a running show is, once. Counterpart: `show.desk` says it, `cli.tables` lays it out.
"""

import click

from stillframe.cli.asking import pid_option, running_show


@click.command(short_help="Say how a running show is.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object.")
@pid_option
def status(*, as_json: bool, pid: int | None) -> None:
    """Say how a running show and its workers are."""
    with running_show(pid) as client:
        found = client.status()
    if as_json:
        import msgspec

        click.echo(msgspec.json.format(msgspec.json.encode(found), indent=2).decode())
        return
    from rich.console import Console

    from stillframe.cli.tables import show_tables, terminal_width

    console = Console(highlight=False)
    console.width = terminal_width(console.width, is_terminal=console.is_terminal)
    console.print(show_tables(found, console.width))
