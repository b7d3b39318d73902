"""What many tests share: one virtual screen a module, small enough for software GL.

`./run test` has two processes and gives each whole files, so that what a module draws or opens for
all of its tests is drawn or opened once.
"""

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from virtual_screen import VirtualScreen

# How long an example takes says more of a shared machine than of the code.
settings.register_profile(
    "shared machine", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("shared machine")


@pytest.fixture(scope="module")
def screen() -> Iterator[VirtualScreen]:
    """A real X server of 640 x 360 pixels."""
    with VirtualScreen(640, 360) as server:
        yield server
