"""The settings themselves: each declared once, with its unit, range, default and help.

Counterpart: `stillframe.settings.schema` gives the kinds, `stillframe.settings.sections` a file for
each group; `stillframe.settings.load` fills the structs from the file, the environment and the
flags.

Guarantees: a default, a range and a help text stand in a group's `DECLARATIONS` and nowhere else.
The structs have no defaults; their fields are the names in the declarations, in the same order.
A `Settings` made by `load` has every value in range and keeps every rule of `ORDERS`.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from msgspec import Struct

from stillframe.settings.schema import Order, Setting
from stillframe.settings.sections import (
    audio,
    feeds,
    images,
    library,
    running,
    show,
    transitions,
)
from stillframe.settings.sections.audio import AudioSettings, VisualizerSettings
from stillframe.settings.sections.feeds import FeedSettings
from stillframe.settings.sections.images import ImageSettings
from stillframe.settings.sections.library import LibrarySettings
from stillframe.settings.sections.running import LogSettings, QueueSettings, WorkerSettings
from stillframe.settings.sections.show import ShowSettings
from stillframe.settings.sections.transitions import TransitionSettings


class Settings(Struct, frozen=True, kw_only=True):
    """Every setting, by section."""

    show: ShowSettings
    images: ImageSettings
    library: LibrarySettings
    feeds: FeedSettings
    audio: AudioSettings
    visualizer: VisualizerSettings
    transitions: TransitionSettings
    queues: QueueSettings
    log: LogSettings
    workers: WorkerSettings


DECLARATIONS: Final[tuple[Setting, ...]] = (
    *show.DECLARATIONS,
    *images.DECLARATIONS,
    *library.DECLARATIONS,
    *feeds.DECLARATIONS,
    *audio.DECLARATIONS,
    *transitions.DECLARATIONS,
    *running.DECLARATIONS,
)

ORDERS: Final[tuple[Order, ...]] = (*show.ORDERS, *feeds.ORDERS, *audio.ORDERS)
"""Rules between two settings; `load` refuses values that break one."""

BY_KEY: Final[Mapping[str, Setting]] = MappingProxyType(
    {setting.key: setting for setting in DECLARATIONS}
)
SECTIONS: Final[tuple[str, ...]] = tuple(dict.fromkeys(setting.section for setting in DECLARATIONS))
