"""What many tests share: one virtual screen a module, small enough for software GL.

`./run test` has two processes. What measures, listens or minds its neighbours is on one of them, one
after the other; what draws a lot for many tests does so once.
"""

from collections.abc import Iterator

import pytest

from virtual_screen import VirtualScreen

# Fixtures that take long and serve a whole module.
_DRAWN_ONCE = frozenset({"drawn", "window"})
_ALONE = ("bench/", "test_x11", "test_gallery", "test_control", "test_stall", "audio/")


# First, for pytest-xdist reads the groups in the same hook.
@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put what must not run beside its like into one group, and what is drawn once into another."""
    for item in items:
        fixtures = set(getattr(item, "fixturenames", ()))
        if any(part in item.nodeid for part in _ALONE):
            item.add_marker(pytest.mark.xdist_group("alone"))
        elif fixtures & _DRAWN_ONCE:
            item.add_marker(pytest.mark.xdist_group(item.path.stem))


@pytest.fixture(scope="module")
def screen() -> Iterator[VirtualScreen]:
    """A real X server of 640 x 360 pixels."""
    with VirtualScreen(640, 360) as server:
        yield server
