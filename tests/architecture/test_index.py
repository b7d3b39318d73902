"""The map names every module with what it is for, and none that is not there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "stillframe"
INDEX = (ROOT / "docs" / "Index.md").read_text()
# Folders whose modules are all of one kind, each known by the name of its file: one row is enough.
UNIFORM = {
    "settings/sections/": "a group of settings each",
    "transitions/declared/": "a transition each",
    "workers/feedparse/shapes/": "a kind of document each",
    "workers/scenes/paintings/": "a kind of landscape each",
    "workers/transitions/bakes/": "a table each",
}
# They say for themselves what they are: the folder's own row, and how a worker is started.
UNNAMED = ("__init__.py", "__main__.py")
PATH = re.compile(r"`([\w./]+(?:\.py|\.sh|/))`")
FILE = re.compile(r"`(\w+\.py)`")


def tables(text: str) -> list[list[str]]:
    """The cells of every row that names something, headings left out."""
    lines = [line for line in text.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]


def section(text: str, title: str) -> str:
    return text.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def module_rows(text: str) -> list[tuple[str, str]]:
    """The cell with paths and the cell with roles of each row about modules."""
    modules = [(row[1], row[2]) for row in tables(section(text, "Modules")) if len(row) > 2]
    others = [
        (row[0], row[1])
        for title in ("Benches", "Tools")
        for row in tables(section(text, title))
        if len(row) > 1
    ]
    return [(paths, role) for paths, role in modules + others if PATH.search(paths)]


def named(text: str) -> set[str]:
    """Every path that a row names; files in the role of a folder are files of that folder."""
    found = set()
    for paths, role in module_rows(text):
        folders = [path for path in PATH.findall(paths) if path.endswith("/")]
        found |= {*PATH.findall(paths)}
        found |= {folders[-1] + file for file in FILE.findall(role) if folders}
    return found


def wanted() -> set[str]:
    """All that has to be named, as rows name it."""
    modules = {
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*.py")
        if path.name not in UNNAMED
    }
    one_kind = {path for path in modules if path.startswith(tuple(UNIFORM))}
    benches = {f"bench/{path.name}" for path in (ROOT / "bench").glob("*.py")}
    tools = {f"tools/{path.name}" for path in (ROOT / "tools").iterdir() if path.is_file()}
    beside = {path for path in benches | tools if not path.endswith(UNNAMED)}
    return (modules - one_kind) | {*UNIFORM} | beside


def exists(path: str) -> bool:
    return any(
        (where / path).is_dir() if path.endswith("/") else (where / path).is_file()
        for where in (PACKAGE, ROOT)
    )


def test_every_module_bench_and_tool_is_named() -> None:
    assert len(wanted()) > 300
    assert sorted(wanted() - named(INDEX)) == []


def test_whatever_is_named_exists() -> None:
    everywhere = named(INDEX) | {*PATH.findall(INDEX.partition("\n## Modules\n")[0])}
    assert [path for path in sorted(everywhere) if not exists(path)] == []


def test_no_path_has_two_rows() -> None:
    paths = [path for paths, _ in module_rows(INDEX) for path in PATH.findall(paths)]
    twice = {path for path in paths if paths.count(path) > 1}
    assert twice == {"bench/pacing.py"}  # one bench that asks two questions


def test_every_row_says_a_role() -> None:
    for paths, role in module_rows(INDEX):
        assert re.search(r"[a-z]", FILE.sub("", role)), paths
        assert not re.search(r"`\w+\.py`$", role), paths  # words follow the last name


def test_folders_of_one_kind_are_what_they_are_called() -> None:
    for folder in UNIFORM:
        modules = [path for path in (PACKAGE / folder).glob("*.py") if path.name not in UNNAMED]
        assert len(modules) > 4, folder
        assert list((PACKAGE / folder).glob("*/*.py")) == [], folder


@pytest.mark.parametrize(
    ("row", "missing"),
    [
        ("| 0 | `contracts/codec.py` |", "contracts/codec.py"),
        ("| 2 | `workers/loop.py` |", "workers/loop.py"),
        ("| 2 | `workers/scenes/` |", "workers/scenes/water.py"),
        ("| 1 | `settings/sections/` |", "settings/sections/"),
        ("| `bench/fleet.py` |", "bench/fleet.py"),
        ("| `tools/clean_machine.sh` |", "tools/clean_machine.sh"),
    ],
)
def test_a_row_that_is_taken_away_is_missed(row: str, missing: str) -> None:
    lines = INDEX.splitlines()
    left = "\n".join(line for line in lines if not line.startswith(row))
    assert missing in wanted() - named(left)


@pytest.mark.parametrize(
    ("row", "path"),
    [
        ("| 2 | `workers/nobody.py` | nothing |", "workers/nobody.py"),
        ("| 2 | `workers/audio/` | `nobody.py` nothing |", "workers/audio/nobody.py"),
        ("| 2 | `workers/nowhere/` | nothing |", "workers/nowhere/"),
    ],
)
def test_a_row_about_nothing_is_found(row: str, path: str) -> None:
    more = INDEX.replace("\n## Modules\n", f"\n## Modules\n\n{row}\n")
    assert path in named(more)
    assert not exists(path)
