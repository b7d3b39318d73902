"""The settings: each declared once, read from a TOML file, the environment and flags.

Counterpart: `stillframe.cli.options` derives the command line flags from `DECLARATIONS`; the
app reads a `Settings` that `load` has made.

Guarantees: imports nothing of ours and no Qt. A `Settings` from `load` is complete, immutable
and in range. Whatever a user wrote, the only error is `SettingError`, which says where the
value came from, what it is and what is allowed.
"""

from stillframe.settings.declared import BY_KEY, DECLARATIONS, ORDERS, Settings
from stillframe.settings.files import FILE_LIMIT_BYTES, read_settings_file, settings_file
from stillframe.settings.load import load
from stillframe.settings.schema import (
    Choice,
    Colour,
    Integer,
    Number,
    Order,
    Setting,
    SettingError,
    Switch,
)
from stillframe.settings.sections.audio import AudioSettings, VisualizerSettings
from stillframe.settings.sections.feeds import FeedSettings
from stillframe.settings.sections.images import ImageSettings
from stillframe.settings.sections.running import LogSettings, QueueSettings, WorkerSettings
from stillframe.settings.sections.show import Mode, ShowSettings

__all__ = [
    "BY_KEY",
    "DECLARATIONS",
    "FILE_LIMIT_BYTES",
    "ORDERS",
    "AudioSettings",
    "Choice",
    "Colour",
    "FeedSettings",
    "ImageSettings",
    "Integer",
    "LogSettings",
    "Mode",
    "Number",
    "Order",
    "QueueSettings",
    "Setting",
    "SettingError",
    "Settings",
    "ShowSettings",
    "Switch",
    "VisualizerSettings",
    "WorkerSettings",
    "load",
    "read_settings_file",
    "settings_file",
]
