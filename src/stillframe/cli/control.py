"""The commands that a running show obeys: `next`, `pause`, `visualizer` and the like, `restart`.

Role: one word, one message. Counterpart: `show.desk` takes it.
"""

import click

from stillframe.cli.asking import pid_option, running_show

_HELP = {
    "next": "Show the next photo.",
    "previous": "Show the previous photo again.",
    "pause": "Stay at this photo.",
    "resume": "Go on after a pause.",
    "visualizer": "Show the sound in the next style, or not at all.",
    "quit": "End the show.",
}


def intent_commands() -> tuple[click.Command, ...]:
    """Return a command for everything that a person may want of a show."""
    return tuple(_intent_command(word, said) for word, said in _HELP.items())


def _intent_command(word: str, said: str) -> click.Command:
    @click.command(word, help=said, short_help=said)
    @pid_option
    def act(pid: int | None) -> None:
        from stillframe.contracts.remote import Act, Intent

        with running_show(pid) as show:
            show.ask(Act(intent=Intent(word)))

    return act


@click.command(short_help="Replace a worker's process.")
@click.argument("worker")
@pid_option
def restart(worker: str, pid: int | None) -> None:
    """Replace a worker's process, and start one again that has failed.

    What it was working on goes to the new process.
    """
    from stillframe.contracts.remote import RestartWorker

    with running_show(pid) as show:
        show.ask(RestartWorker(worker=worker))
