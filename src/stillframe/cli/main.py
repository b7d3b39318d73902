"""The command `stillframe`.

Role: the group that the console script runs. Counterpart: one module a command, imported only
when that command runs, so that `--help` costs no Qt and no image library.
"""

import sys

import click

from stillframe import __version__
from stillframe.cli.audio import audio
from stillframe.cli.control import intent_commands, restart
from stillframe.cli.doctor import doctor
from stillframe.cli.feeds import feeds
from stillframe.cli.library import library
from stillframe.cli.play import play
from stillframe.cli.quarantine import quarantine
from stillframe.cli.status import status
from stillframe.cli.top import top
from stillframe.cli.transitions import transitions
from stillframe.settings import SettingError


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="stillframe", message="%(prog)s %(version)s")
def cli() -> None:
    """A photo frame and screensaver that never drops a frame."""


for command in (
    play,
    status,
    top,
    *intent_commands(),
    restart,
    library,
    feeds,
    audio,
    transitions,
    quarantine,
    doctor,
):
    cli.add_command(command)


def run() -> None:
    """Run the command line; a bad setting is one line and exit status 2."""
    try:
        cli(prog_name="stillframe")
    except SettingError as error:
        click.echo(f"stillframe: {error}", err=True)
        sys.exit(2)
