"""What many tests share: one virtual screen a module, small enough for software GL.

`./run test` has two processes. All that draws, plays or measures is on one of them, one after the
other, so that no two of those take the processor from each other.
"""

from collections.abc import Iterator

import pytest

from virtual_screen import VirtualScreen

_DRAWING = frozenset({"screen", "drawn", "window"})
_ALONE = ("bench/", "test_x11", "test_gallery", "test_control", "on_screen", "audio/")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put what must not run beside its like into one group."""
    for item in items:
        fixtures = set(getattr(item, "fixturenames", ()))
        if fixtures & _DRAWING or any(part in item.nodeid for part in _ALONE):
            item.add_marker(pytest.mark.xdist_group("screen"))


@pytest.fixture(scope="module")
def screen() -> Iterator[VirtualScreen]:
    """A real X server of 640 x 360 pixels."""
    with VirtualScreen(640, 360) as server:
        yield server
