"""The floors of the house, what must never be imported, and the sizes of its rooms."""

import ast
import statistics
from pathlib import Path

import pytest

from floors import MAY_WAIT, Module, offences, qml_offences, read_modules

SOURCE = Path(__file__).parents[2] / "src"
TESTS = Path(__file__).parents[1]
LINES_CAP = 500
LINES_MEDIAN_CAP = 200
FUNCTION_LINES_CAP = 50

MODULES = read_modules(SOURCE)

# Modules without a test file of their own name, and the file that tests them instead.
TESTED_BY = {
    "cli.play": "cli/test_main.py",  # nothing of it exists but through the command line
    "transport.sockets": "transport/test_channel.py",  # the base of two channels in one suite
    "workers.handler": "workers/test_loop.py",  # an interface with one default
    "workers.lifeline": "workers/test_loop.py",  # a process tie: only real processes show it
    # Bakes are seen in their tables: golden bytes and what they are for.
    "workers.transitions.bakes": "workers/transitions/test_core.py",
    "workers.scenes": "workers/scenes/test_core.py",  # a painter's tools are seen in the paintings
    "show.effect": "show/test_stagecraft.py",  # the value that this makes
    # The window's parts need a window: whole shows and a real X server test them.
    "player.bells": "test_app.py",
    "player.frames": "test_app.py",
    "player.music": "player/test_visualizer.py",
    "player.scheduler": "test_app.py",
    "player.strip": "transitions/test_on_screen.py",
    "player.stage": "player/test_window.py",
    "player.stalls": "player/test_stall_in_transition.py",
}


def test_the_house_keeps_its_rules() -> None:
    assert offences(MODULES) == []


def test_no_scene_has_a_timer() -> None:
    assert list(SOURCE.rglob("*.qml"))
    assert qml_offences(SOURCE) == []


def test_whoever_may_wait_exists_and_does(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in tuple(MAY_WAIT):
        module = next(module for module in MODULES if module.name == name)
        with monkeypatch.context() as patch:
            patch.delitem(MAY_WAIT, name)
            said = offences((module,))
        assert all(any(word in sentence for sentence in said) for word in MAY_WAIT[name]), said


def test_the_house_was_found() -> None:
    assert {"", "app", "contracts.wire", "show.director", "workers.loop"} <= {
        module.name for module in MODULES
    }


def test_no_module_is_too_long_and_most_are_short() -> None:
    assert {module.name: module.lines for module in MODULES if module.lines > LINES_CAP} == {}
    assert statistics.median(module.lines for module in MODULES) <= LINES_MEDIAN_CAP


def test_no_function_is_too_long() -> None:
    functions = [
        (module.name, node.name, (node.end_lineno or 0) - node.lineno + 1)
        for module in MODULES
        for node in ast.walk(module.tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    assert [found for found in functions if found[2] > FUNCTION_LINES_CAP] == []


def test_every_module_that_does_something_is_tested_under_its_name() -> None:
    missing = [
        module.name for module in MODULES if _does_something(module) and not _is_tested(module)
    ]
    assert missing == []


def test_every_exception_is_needed_and_names_a_test_that_exists() -> None:
    names = [module.name for module in MODULES]
    for name, file in TESTED_BY.items():
        assert any(known == name or known.startswith(f"{name}.") for known in names)
        assert (TESTS / file).is_file()


def _does_something(module: Module) -> bool:
    """Say whether a module has a function with a body; declarations speak for themselves."""
    functions = [node for node in ast.walk(module.tree) if isinstance(node, ast.FunctionDef)]
    return any(
        not (isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant))
        for function in functions
        for statement in function.body
    )


def _is_tested(module: Module) -> bool:
    *folders, name = module.name.split(".")
    files = TESTS.joinpath(*folders)
    own = [*files.glob(f"test_{name}.py"), *files.glob(f"test_{name}_*.py")]
    parents = [".".join(module.name.split(".")[:n]) for n in range(1, len(folders) + 2)]
    return bool(own) or any(parent in TESTED_BY for parent in parents)


# Each of these breaks one rule, in the module named; the words are what the checker says of it.
OFFENDERS = [
    ("contracts/bad.py", "import numpy", "contracts may not import numpy"),
    ("contracts/bad.py", "from stillframe.transport import arena", "may not import transport"),
    ("transport/bad.py", "from stillframe.cache import keys", "may not import cache"),
    ("transport/bad.py", "import stillframe.settings", "may not import settings"),
    ("library/bad.py", "from stillframe.cache.keys import raw_key", "may not import cache"),
    ("settings/bad.py", "def f():\n    import stillframe.show", "may not import show"),
    (
        "transport/bad.py",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from stillframe import app",
        "may not import app",
    ),
    ("show/bad.py", "from ..player import stage", "may not import player"),
    ("show/bad.py", "from .. import app", "may not import app"),
    ("app.py", "from stillframe.cli import main", "may not import cli"),
    ("attic/bad.py", "x = 1", "stands on no floor"),
    ("__init__.py", "from stillframe import contracts", "the root imports"),
    ("cli/bad.py", "from stillframe import elsewhere", "the root has no elsewhere"),
    (
        "workers/one/core.py",
        "from stillframe.workers.two import core",
        "may not import workers.two",
    ),
    ("workers/one/core.py", "from stillframe.workers import two", "may not import workers.two"),
    ("workers/loop.py", "import stillframe.workers.one.core", "may not import workers.one"),
    ("workers/confinement/bad.py", "from stillframe.workers.one import core", "workers.one"),
    (
        "workers/confinement/bad.py",
        "from stillframe.settings import load",
        "may not import settings",
    ),
    ("show/bad.py", "import stillframe.workers.confinement", "may not import workers"),
    ("workers/one/io.py", "from stillframe.supervision import spec", "may not import supervision"),
    ("workers/one/io.py", "from stillframe.settings import load", "may not import settings"),
    ("workers/one/io.py", "from PySide6.QtGui import QImage", "Qt outside the player"),
    ("supervision/bad.py", "import stillframe.workers.loop", "may not import workers"),
    ("show/bad.py", "import stillframe.workers.loop", "may not import workers"),
    ("player/bad.py", "from stillframe.workers import loop", "may not import workers"),
    ("player/bad.py", "import stillframe.supervision.events", "may not import supervision"),
    ("show/director.py", "import time", "a decision may not import time"),
    ("show/director.py", "import random", "a decision may not import random"),
    ("show/director.py", "def f():\n    from os import stat", "a decision may not import os.stat"),
    ("show/director.py", "from stillframe.transport.arena import Arena", "arena.Arena"),
    ("show/director.py", "from stillframe.transport import arena", "transport.arena"),
    ("show/director.py", "from stillframe.show.runtime import Runtime", "runtime.Runtime"),
    ("show/sources.py", "from stillframe.supervision import events", "supervision.events"),
    ("show/script.py", "import threading", "a decision may not import threading"),
    ("library/bad.py", "x = open('f')", "a decision may not open"),
    ("library/timeline.py", "import random\nx = random.choice('ab')", "random.choice"),
    ("library/timeline.py", "from random import choice", "may not import random.choice"),
    ("cache/bad.py", "import socket", "a decision may not import socket"),
    ("cli/bad.py", "import PySide6", "Qt outside the player"),
    ("show/bad.py", "def f():\n    import shiboken6", "Qt outside the player"),
    ("app.py", "import subprocess", "starts processes"),
    ("transport/bad.py", "from multiprocessing import shared_memory", "starts processes"),
    ("workers/loop.py", "import os\nos.fork()", "os.fork starts processes"),
    ("workers/loop.py", "from os import posix_spawn", "starts processes"),
    ("player/bad.py", "import os\nos.execvp('a', [])", "os.execvp starts processes"),
    ("transport/bad.py", "import pickle", "reads code as data"),
    ("cli/bad.py", "def f():\n    from marshal import loads", "reads code as data"),
    ("cli/bad.py", "import importlib", "hides imports"),
    ("cli/bad.py", "from importlib import import_module", "hides imports"),
    ("show/bad.py", "m = __import__('PySide6')", "__import__ hides imports"),
    ("show/bad.py", "import sys\nm = sys.modules['os']", "sys.modules hides imports"),
    ("show/bad.py", "import sys\nm = sys.modules.get('os')", "sys.modules hides imports"),
    ("show/bad.py", "exec('import os')", "exec hides imports"),
    ("show/bad.py", "import threading\nx = threading.Lock()", "threading.Lock waits"),
    ("show/bad.py", "from threading import Event", "threading.Event waits"),
    ("player/bad.py", "import time\ntime.sleep(1)", "time.sleep waits"),
    ("player/bad.py", "import queue", "queue waits"),
    ("player/bad.py", "import threading as t\nx = t.Lock()", "threading.Lock waits"),
    ("player/bad.py", "from queue import Queue", "queue.Queue waits"),
    ("player/bad.py", "x.thread.join()", ".join waits"),
    ("player/bad.py", "x.thread.join(1.0)", ".join waits"),
    ("show/bad.py", "def f(thread):\n    thread.join(timeout=1)", ".join waits"),
    ("show/journal.py", "def f(thread):\n    thread.join()", ".join waits"),
    ("show/bad.py", "def f(channel):\n    channel.wait(1)", ".wait waits"),
    ("player/bad.py", "def f(process):\n    process.wait()", ".wait waits"),
    ("app.py", "def f(child):\n    child.wait()", ".wait waits"),
    ("show/bad.py", "def f(lock):\n    lock.acquire()", ".acquire waits"),
    ("show/bad.py", "import os\nos.waitpid(1, 0)", "os.waitpid waits"),
    ("show/bad.py", "import select\nselect.select([1], [], [])", "select.select waits"),
    ("player/bad.py", "from select import poll", "select.poll waits"),
    ("show/journal.py", "import select\nselect.epoll()", "select.epoll waits"),
    ("show/bad.py", "import selectors", "selectors waits"),
    ("player/bad.py", "import concurrent.futures", "concurrent.futures waits"),
    ("show/bad.py", "import threading\nthreading.Thread()", "threading.Thread waits"),
    ("player/bad.py", "from PySide6.QtCore import QMutex", "QMutex waits"),
    ("player/bad.py", "from PySide6.QtCore import QWaitCondition", "QWaitCondition waits"),
    ("player/bad.py", "from PySide6 import QtCore\nQtCore.QSemaphore(1)", "QSemaphore waits"),
    ("app.py", "from PySide6 import QtCore\nclass T(QtCore.QThread): ...", "QThread waits"),
    ("player/scheduler.py", "from PySide6.QtCore import QThread", "QThread waits"),
    ("player/bad.py", "from PySide6.QtCore import QTimer", "outside the scheduler"),
    ("player/bad.py", "from PySide6 import QtCore\nx = QtCore.QTimer()", "outside the scheduler"),
]
ALLOWED = [
    ("cache/good.py", "from stillframe.transport.arena import Lease"),
    ("library/timeline.py", "import random\nx: random.Random"),
    ("show/director.py", "from stillframe.transport.backlog import Urgency"),
    ("show/runtime.py", "from stillframe.supervision import events\nimport time"),
    ("workers/one/io.py", "from stillframe.workers.one import core\nimport numpy"),
    ("workers/one/io.py", "from stillframe.workers.handler import Handler"),
    ("workers/one/io.py", "from stillframe.workers.confinement import roots"),
    ("workers/loop.py", "from stillframe.workers.confinement import roots"),
    ("player/scheduler.py", "from PySide6.QtCore import QTimer"),
    ("player/good.py", "from importlib import resources"),
    ("player/good.py", "x = ', '.join(['a'])\ny = f'{x}'.join('ab')\nz = b'/'.join([])"),
    ("show/good.py", "import os\nS = b'/'\nx = os.path.join('a', 'b')\ny = S.join([x])"),
    ("show/writer.py", "import select, threading\nselect.select([], [], [])\nx.thread.join(1)"),
    ("app.py", "def f(supervisor):\n    return supervisor.join(1)"),
    ("workers/one/io.py", "import threading\nx = threading.Lock()\nx.acquire()"),
    ("supervision/process.py", "import subprocess"),
    ("workers/shaders/compiler.py", "import subprocess"),
    ("cli/good.py", "from stillframe import __version__, app"),
    ("workers/loop.py", "import sys\nnames = [name for name in sys.modules]"),
    ("contracts/good.py", "import enum\nimport msgspec"),
]


def house(folder: Path, file: str, code: str) -> list[str]:
    """Build a small house with one more module, and return what is wrong with it."""
    shared = ["transport/arena", "transport/backlog", "cache/keys", "settings/load", "show/runtime"]
    workers = ["workers/loop", "workers/handler", "workers/confinement/roots"]
    workers += ["workers/one/core", "workers/two/core"]
    mains = ["workers/one/__main__", "workers/two/__main__", "contracts/wire", "cli/main", "app"]
    others = ["player/stage", "supervision/events", "supervision/spec"]
    for module in ["__init__", *shared, *workers, *mains, *others]:
        path = folder / "stillframe" / f"{module}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text('"""A room."""\n')
    path = folder / "stillframe" / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f'"""A room."""\n{code}\n')
    return offences(read_modules(folder))


@pytest.mark.parametrize(("file", "code", "words"), OFFENDERS)
def test_an_offender_is_found(tmp_path: Path, file: str, code: str, words: str) -> None:
    said = house(tmp_path, file, code)
    assert any(words in sentence for sentence in said), said
    name = file.removesuffix(".py").removesuffix("__init__").replace("/", ".") or "stillframe"
    assert all(sentence.startswith(f"{name}: ") for sentence in said)


@pytest.mark.parametrize(("file", "code"), ALLOWED)
def test_what_is_allowed_is_let_pass(tmp_path: Path, file: str, code: str) -> None:
    assert house(tmp_path, file, code) == []


@pytest.mark.parametrize(
    "scene",
    [
        "Item {\n    Timer { interval: 16; running: true }\n}",
        "Item {\n    Timer{}\n}",
        "Item {\n    Q.Timer {\n    }\n}",
        "Item {\n    FrameAnimation { running: true }\n}",
    ],
)
def test_a_scene_with_a_timer_is_found(tmp_path: Path, scene: str) -> None:
    (tmp_path / "Bad.qml").write_text(scene)
    (tmp_path / "Good.qml").write_text("Item {\n    // no Timer {\n    UniformAnimator {}\n}\n")
    (said,) = qml_offences(tmp_path)
    assert said.startswith("Bad.qml: line 2: ")


def test_a_module_without_a_docstring_is_found(tmp_path: Path) -> None:
    house(tmp_path, "cli/main.py", "")
    (tmp_path / "stillframe" / "cli" / "main.py").write_text("x = 1\n")
    assert offences(read_modules(tmp_path)) == ["cli.main: has no docstring"]
