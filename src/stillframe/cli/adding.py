"""The command `stillframe transitions add`: transitions of the GL Transitions format.

Role: has files baked, and puts those that can be played into the person's folder. Counterpart:
`workers.shaders` looks into them; `show.shading` finds them there when a show starts.

Guarantees: needs no display and imports no Qt; a file that cannot be played is not put there, and
is told by its line. Where there is a display, each is drawn once, by a program that can be killed.
Exit status 1 if there was one that cannot be played.
"""

import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from stillframe.library.photos import printable

if TYPE_CHECKING:
    from stillframe.transitions.dropped import Dropped

EXIT_REFUSED: Final = 1
_LINE: Final = re.compile(r"line ([0-9]+): ")


@click.command(short_help="Add some of the GL Transitions format.")
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
def add(*, paths: tuple[Path, ...]) -> None:
    """Add transitions: each PATH is a file of the open GL Transitions format, or a folder of them.

    Each is compiled first and, where there is a display, drawn once; what is wrong with one is told
    by its line. They are copied into your
    own folder of transitions, where you may change them, and come from the next show on.
    """
    from stillframe.cli.play import settings_with
    from stillframe.cli.shader_asking import bake_now

    settings = settings_with({})
    adding = _Adding(paths)
    bake_now([file for _, file in adding.files], settings, adding.told, adding.untried)
    adding.say_how_it_went()
    sys.exit(EXIT_REFUSED if adding.refused else 0)


class _Adding:
    """What is added, and what came of it."""

    def __init__(self, paths: tuple[Path, ...]) -> None:
        from stillframe.cli.play import places_of
        from stillframe.settings.files import transitions_folder
        from stillframe.show.shading import UnreadableError, read

        self._folder = transitions_folder()
        self.files: list[tuple[Path, Dropped]] = []
        self.refused = 0
        self._added: list[str] = []
        self._untried = ""
        shaders = places_of(()).shaders
        for path in _files(paths):
            try:
                self.files.append((path, read(path, shaders)))
            except UnreadableError as error:
                self._refuse(path, str(error).partition(": ")[2])
        self._coming = iter(self.files)

    def told(self, file: "Dropped", problem: str) -> None:
        """Take what came of the next file."""
        path, _ = next(self._coming)
        problem = problem or self._put(file)
        if problem:
            self._refuse(path, problem)
        else:
            self._added.append(file.transition.id)
            click.echo(f"added {file.transition.id}")

    def untried(self, why: str) -> None:
        """Take why a file was not drawn once."""
        self._untried = why

    def say_how_it_went(self) -> None:
        """Say what was left, and how to see what was added."""
        if self._untried and self._added:
            why = self._untried.partition(";")[0]
            click.echo(f"not tried here ({why}); the first show will, before it plays them")
        left = len(list(self._coming))
        if left:
            click.echo(f"stillframe: {left} more files were not looked at", err=True)
        if self._added:
            click.echo(f"See it: stillframe play --transition {self._added[-1]}")
        elif not self.refused:
            click.echo("stillframe: there is no file whose name ends in .glsl", err=True)
            self.refused = 1

    def _put(self, file: "Dropped") -> str:
        """Copy a file into the folder; return what is wrong with that."""
        from stillframe.settings import SettingError
        from stillframe.settings.files import write_private_file
        from stillframe.transitions.dropped import SUFFIX

        name = file.transition.name + SUFFIX
        for there in _names(self._folder):
            if there != name and there.lower() == name.lower():
                return f"{there} is there already, and would have the same name; give it another"
        try:
            write_private_file(self._folder / name, file.text)
        except SettingError as error:
            return str(error)
        return ""

    def _refuse(self, path: Path, problem: str) -> None:
        self.refused += 1
        shown = printable(os.fsencode(path))
        match = _LINE.match(problem)
        where = f"{shown}:{match[1]}" if match else shown
        said = problem[match.end() :] if match else problem
        click.echo(f"stillframe: {where}: {printable(said.encode())}", err=True)


def _files(paths: tuple[Path, ...]) -> list[Path]:
    """Return the files, and those of folders, in order."""
    from stillframe.transitions.dropped import SUFFIX

    found: list[Path] = []
    for path in paths:
        inside = (path / name for name in _names(path) if name.endswith(SUFFIX))
        found += inside if path.is_dir() else (path,)
    return [path for path in dict.fromkeys(found) if path.is_file()]


def _names(folder: Path) -> list[str]:
    try:
        return sorted(os.listdir(folder))
    except OSError:
        return []
