"""The rules of the house, read from source: who may import what, and what nobody may do.

Every import counts, inside functions and under TYPE_CHECKING too. A rule is a function from one
module to the sentences that say what is wrong with it.
"""

import ast
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = "stillframe"
# A module imports only from lower floors and from its own package. The cache keeps leases, so it
# stands above transport, and below all that is above that.
FLOORS = {
    "contracts": 0,
    "transport": 1,
    "settings": 1,
    "library": 1,
    "transitions": 1,
    "cache": 1.5,
    "workers": 2,
    "supervision": 2,
    "show": 3,
    "player": 4,
    "remote": 4,
    "app": 5,
    "cli": 6,
}
QT = ("PySide6", "shiboken6", "PyQt5", "PyQt6", "PySide2")
PICKLES = ("pickle", "cPickle", "_pickle", "marshal", "shelve", "dill", "cloudpickle", "joblib")
SPAWNERS = (
    "subprocess",
    "multiprocessing",
    "pty",
    "concurrent.futures.process",
    "asyncio.subprocess",
)
SPAWNING = ("fork", "forkpty", "posix_spawn", "posix_spawnp", "system", "popen")
# Importing by a name that is only known at run time would pass every rule below unseen.
HIDDEN = ("__import__", "exec", "eval", "compile", "import_module", "run_module", "run_path")
HIDDEN_METHODS = ("__import__", "import_module", "run_module", "run_path")
READING_RESOURCES = ("importlib.resources", "importlib.metadata")
LOCKS = ("Lock", "RLock", "Condition", "Event", "Semaphore", "BoundedSemaphore", "Barrier")
WAITING_MODULES = ("queue", "selectors", "asyncio", "concurrent.futures")
# Qt's locks, and its threads, which are waited for as locks are.
QT_LOCKS = (
    *("QMutex", "QRecursiveMutex", "QReadWriteLock", "QWaitCondition", "QSemaphore"),
    *("QThread", "QThreadPool", "QEventLoop"),
)
WAITING_METHODS = ("wait", "acquire", "communicate", "waitForFinished", "waitForDone")
TIMERS = ("QTimer", "QBasicTimer", "startTimer", "singleShot", "Timer")
# The scene runs on the interface's thread: what calls back by the clock is a timer there too.
QML_TIMERS = re.compile(r"\b(Timer|FrameAnimation)\s*\{")
ON_QTS_THREAD = ("show", "player", "app")
# What may wait after all, and where: none of it on the interface's thread while a show runs.
MAY_WAIT = {
    # A bounded thread of its own waits for jobs; `close` waits for it, with a limit, at the end.
    "show.writer": ("select.select", "threading.Thread", "join"),
    # Runs on such a thread: a terminal that takes no more.
    "show.journal": ("select.select",),
    # The supervisor's end is waited for when the window is gone, with a limit.
    "app": ("join",),
    # No show: it draws single moments for the command line, and waits for each to be drawn.
    "player.strip": ("QEventLoop",),
    # No show either: a program of its own that may be killed.
    "player.trial": ("QEventLoop",),
}
# What a decision may be made of: values. No clock, no disk, no luck of its own.
PURE = (
    "abc",
    "bisect",
    "collections",
    "dataclasses",
    "enum",
    "functools",
    "heapq",
    "itertools",
    "math",
    "operator",
    "types",
    "typing",
)
# The director and its words pass leases on and name urgencies; they move nothing themselves.
SCRIPT_TAKES = (
    "transport.arena.Lease",
    "transport.backlog.Urgency",
    "transport.backlog.DropReason",
)


@dataclass(frozen=True)
class Import:
    """One name that a module imports: `module` is ours or other people's, `name` what it takes."""

    module: str
    name: str
    line: int

    @property
    def full(self) -> str:
        """The whole dotted name."""
        return f"{self.module}.{self.name}" if self.name else self.module


@dataclass(frozen=True)
class Module:
    """A parsed module: its dotted name within the package, such as `show.director`."""

    name: str
    tree: ast.Module
    lines: int
    ours: frozenset[str]

    @property
    def package(self) -> str:
        """The first part of the name, which stands on a floor."""
        return self.name.partition(".")[0]

    def imports(self) -> Iterator[Import]:
        """Yield every import, relative ones made absolute."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    yield Import(alias.name, "", node.lineno)
            elif isinstance(node, ast.ImportFrom):
                module = node.module or ""
                if node.level:
                    above = f"{ROOT}.{self.name}".split(".")[: -node.level]
                    module = ".".join([*above, *filter(None, [module])])
                for alias in node.names:
                    yield Import(module, alias.name, node.lineno)

    def our_imports(self) -> Iterator[tuple[str, Import]]:
        """Yield each import of ours with the module that it reaches, the root as an empty name."""
        for found in self.imports():
            if not _within(found.full, (ROOT,)):
                continue
            dotted = found.full.removeprefix(ROOT).removeprefix(".")
            while dotted and dotted not in self.ours:
                dotted = dotted.rpartition(".")[0]
            yield dotted, found

    def foreign_imports(self) -> Iterator[Import]:
        """Yield each import of somebody else's module."""
        return (found for found in self.imports() if not _within(found.full, (ROOT,)))


Rule = Callable[[Module], Iterator[str]]


def read_modules(source: Path) -> tuple[Module, ...]:
    """Parse every module below `source`, which holds the package `stillframe`."""
    files = {_dotted(source / ROOT, file): file for file in sorted((source / ROOT).rglob("*.py"))}
    # A folder counts as a package even without a file of its own.
    parts = [name.split(".") for name in files]
    ours = frozenset(".".join(p[:n]) for p in parts for n in range(1, len(p) + 1))
    return tuple(
        Module(name, ast.parse(file.read_text("utf-8")), file.read_bytes().count(b"\n"), ours)
        for name, file in files.items()
    )


def offences(modules: tuple[Module, ...]) -> list[str]:
    """Return what every rule says of every module, with module and line."""
    return [
        f"{module.name or ROOT}: {said}"
        for module in modules
        for rule in RULES
        for said in rule(module)
    ]


def qml_offences(source: Path) -> list[str]:
    """Return the timers of every scene below `source`, with file and line."""
    return [
        f"{file.name}: line {number}: {found[1]} outside the scheduler"
        for file in sorted(source.rglob("*.qml"))
        for number, line in enumerate(file.read_text("utf-8").splitlines(), 1)
        if (found := QML_TIMERS.search(line.partition("//")[0]))
    ]


def _floors(module: Module) -> Iterator[str]:
    """A module imports only from lower floors, and the root only carries the version."""
    if module.name and module.package not in FLOORS:
        yield f"{module.package} stands on no floor"
        return
    for reached, found in module.our_imports():
        package = reached.partition(".")[0]
        if not module.name:
            yield f"line {found.line}: the root imports {found.full}"
        elif not reached and found.name not in ("", "__version__"):
            yield f"line {found.line}: the root has no {found.name}"
        elif not reached or package == module.package:
            continue
        elif package not in FLOORS or FLOORS[package] >= FLOORS[module.package]:
            yield f"line {found.line}: {module.package} may not import {reached}"


def _contracts(module: Module) -> Iterator[str]:
    """Contracts need the standard library and msgspec, nothing else."""
    if module.package == "contracts":
        for found in module.foreign_imports():
            top = found.full.partition(".")[0]
            if top not in sys.stdlib_module_names and top != "msgspec":
                yield f"line {found.line}: contracts may not import {top}"


def _workers(module: Module) -> Iterator[str]:
    """A worker knows no other worker, and nothing of the interface."""
    parts = module.name.split(".")
    if parts[0] != "workers":
        return
    own = ".".join(parts[:2])
    for reached, found in module.our_imports():
        other = ".".join(reached.split(".")[:2])
        is_worker = f"{other}.__main__" in module.ours
        if reached.startswith("workers.") and is_worker and other != own:
            yield f"line {found.line}: {own} may not import {other}"
        if _within(reached, ("supervision", "show", "player", "settings")):
            yield f"line {found.line}: a worker may not import {reached}"


def _interface(module: Module) -> Iterator[str]:
    """Who starts or draws never loads a worker's code; who draws leaves starting to the show."""
    never = {
        "supervision": ("workers",),
        "show": ("workers",),
        "player": ("workers", "supervision"),
    }
    for reached, found in module.our_imports():
        if _within(reached, never.get(module.package, ())):
            yield f"line {found.line}: {module.package} may not import {reached}"


def _decisions(module: Module) -> Iterator[str]:
    """What decides is pure: no clock, no luck, no disk, no transport beyond two kinds of value."""
    scripted = module.name in ("show.director", "show.script", "show.sources")
    if not (scripted or module.package in ("library", "cache")):
        return
    for found in module.foreign_imports():
        timeline = module.name in ("library.timeline", "library.supply")
        types_only = timeline and found.full == "random"
        if not (_within(found.full, PURE) or types_only):
            yield f"line {found.line}: a decision may not import {found.full}"
    if scripted:
        for reached, found in module.our_imports():
            taken = found.full.removeprefix(f"{ROOT}.")
            above = not _within(reached, ("contracts", "cache", "library", "show"))
            if (above and taken not in SCRIPT_TAKES) or _within(reached, ("show.runtime",)):
                yield f"line {found.line}: a decision may not import {found.full}"
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call) and _called(node) in ("open", "print", "input"):
            yield f"line {node.lineno}: a decision may not {_called(node)}"
        if isinstance(node, ast.Attribute) and _owner(node) == "random" and node.attr != "Random":
            yield f"line {node.lineno}: a decision may not use random.{node.attr}"


def _qt(module: Module) -> Iterator[str]:
    """Qt lives in the player and where it is put together."""
    if module.package not in ("player", "app"):
        for found in module.foreign_imports():
            if _within(found.full, QT):
                yield f"line {found.line}: Qt outside the player: {found.full}"


def _processes(module: Module) -> Iterator[str]:
    """One module starts processes, and one worker the one program that it is made for."""
    if module.name in ("supervision.process", "workers.shaders.compiler"):
        return
    for found in module.foreign_imports():
        if _within(found.full, SPAWNERS) or found.full in [f"os.{name}" for name in SPAWNING]:
            yield f"line {found.line}: {found.full} starts processes"
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Attribute) and _owner(node) == "os":
            starts = node.attr in SPAWNING or node.attr.startswith(("exec", "spawn"))
            if starts:
                yield f"line {node.lineno}: os.{node.attr} starts processes"


def _hidden(module: Module) -> Iterator[str]:
    """Nothing is pickled, and nothing is imported by a name made at run time."""
    for found in module.foreign_imports():
        if _within(found.full, PICKLES):
            yield f"line {found.line}: {found.full} reads code as data"
        if _within(found.full, ("importlib", "runpy")) and not _within(
            found.full, READING_RESOURCES
        ):
            yield f"line {found.line}: {found.full} hides imports"
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Name) and node.id in HIDDEN:
            yield f"line {node.lineno}: {node.id} hides imports"
        if isinstance(node, ast.Attribute) and node.attr in HIDDEN_METHODS:
            yield f"line {node.lineno}: {node.attr} hides imports"
        # The names of what is loaded may be read; a module may not be taken from there.
        if isinstance(node, ast.Subscript | ast.Attribute) and _is_sys_modules(node.value):
            yield f"line {node.lineno}: sys.modules hides imports"


def _waits(module: Module) -> Iterator[str]:
    """The interface's thread takes no lock, waits for nobody, and does not sleep."""
    if module.package not in ON_QTS_THREAD:
        return
    may = MAY_WAIT.get(module.name, ())
    for found in module.foreign_imports():
        allowed = found.full in may or found.name in may
        sleeps = bool(found.name) and _sleeps(found.module, found.name) and not allowed
        if sleeps or _within(found.full, WAITING_MODULES):
            yield f"line {found.line}: {found.full} waits"
    texts, known_as = _texts(module), _known_as(module)
    for node in ast.walk(module.tree):
        if not isinstance(node, ast.Attribute):
            continue
        owner = known_as.get(_owner(node), _owner(node))
        if _sleeps(owner, node.attr) and not {f"{owner}.{node.attr}", node.attr} & {*may}:
            yield f"line {node.lineno}: {owner}.{node.attr} waits"
        joins = node.attr == "join" and not _joins_text(node.value, texts)
        if (joins or node.attr in WAITING_METHODS) and node.attr not in may:
            yield f"line {node.lineno}: .{node.attr} waits"


def _timers(module: Module) -> Iterator[str]:
    """What recurs has one timer."""
    if module.package not in ON_QTS_THREAD or module.name == "player.scheduler":
        return
    for found in module.foreign_imports():
        if found.name in TIMERS:
            yield f"line {found.line}: {found.name} outside the scheduler"
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Attribute) and node.attr in TIMERS:
            yield f"line {node.lineno}: {node.attr} outside the scheduler"


def _sleeps(owner: str, name: str) -> bool:
    """Say whether what a module has under this name waits, or is made to be waited for."""
    return (
        (owner, name) == ("time", "sleep")
        or owner == "select"
        or (owner == "os" and name in ("wait", "waitpid", "wait3", "wait4", "waitid"))
        or (owner == "threading" and name in (*LOCKS, "Thread"))
        or name in QT_LOCKS
    )


def _known_as(module: Module) -> dict[str, str]:
    """Return what modules are called here that are called something else elsewhere."""
    imports = [node for node in ast.walk(module.tree) if isinstance(node, ast.Import)]
    return {name.asname: name.name for node in imports for name in node.names if name.asname}


def _texts(module: Module) -> frozenset[str]:
    """Return the names that a module gives to texts of its own."""
    named: set[str] = set()
    for node in module.tree.body:
        if isinstance(node, ast.Assign | ast.AnnAssign) and _is_text(node.value):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            named |= {target.id for target in targets if isinstance(target, ast.Name)}
    return frozenset(named)


def _is_text(node: ast.expr | None) -> bool:
    constant = isinstance(node, ast.Constant) and isinstance(node.value, str | bytes)
    return constant or isinstance(node, ast.JoinedStr)


def _joins_text(owner: ast.expr, texts: frozenset[str]) -> bool:
    """Say whether this `join` puts texts or paths together; any other waits for a thread."""
    if isinstance(owner, ast.Attribute):
        return (_owner(owner), owner.attr) == ("os", "path")
    return _is_text(owner) or (isinstance(owner, ast.Name) and owner.id in texts)


def _said(module: Module) -> Iterator[str]:
    """Every module says what it is for."""
    if not ast.get_docstring(module.tree):
        yield "has no docstring"


RULES: tuple[Rule, ...] = (
    _floors,
    _contracts,
    _workers,
    _interface,
    _decisions,
    _qt,
    _processes,
    _hidden,
    _waits,
    _timers,
    _said,
)


def _within(dotted: str, packages: tuple[str, ...]) -> bool:
    return any(dotted == package or dotted.startswith(f"{package}.") for package in packages)


def _called(node: ast.Call) -> str:
    return node.func.id if isinstance(node.func, ast.Name) else ""


def _owner(node: ast.Attribute) -> str:
    return node.value.id if isinstance(node.value, ast.Name) else ""


def _is_sys_modules(node: ast.expr) -> bool:
    return isinstance(node, ast.Attribute) and (_owner(node), node.attr) == ("sys", "modules")


def _dotted(package: Path, file: Path) -> str:
    parts = list(file.relative_to(package).with_suffix("").parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
