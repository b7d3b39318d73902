"""The command `stillframe`.

Role: the group that the console script runs. Counterpart: one module a command, imported only
when that command runs, so that `--help` costs no Qt and no image library.
"""

import sys

import click

from stillframe import __version__
from stillframe.cli.play import play
from stillframe.settings import SettingError


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="stillframe", message="%(prog)s %(version)s")
def cli() -> None:
    """A photo frame and screensaver that never drops a frame."""


cli.add_command(play)


def run() -> None:
    """Run the command line; a bad setting is one line and exit status 2."""
    try:
        cli(prog_name="stillframe")
    except SettingError as error:
        click.echo(f"stillframe: {error}", err=True)
        sys.exit(2)
