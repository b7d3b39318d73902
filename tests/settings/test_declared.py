"""The declarations agree with the structs, with themselves and with the table that was agreed."""

import typing

import msgspec
import pytest

from stillframe.contracts.audio import Face
from stillframe.contracts.control import LogLevel
from stillframe.contracts.library import Order, Orientation
from stillframe.settings.declared import BY_KEY, DECLARATIONS, ORDERS, SECTIONS, Settings
from stillframe.settings.schema import (
    Choice,
    Colour,
    Day,
    Integer,
    Number,
    Setting,
    Switch,
    Words,
)
from stillframe.transitions.model import Easing

MIB = 1024 * 1024
GIB = 1024 * MIB

# Each key with its unit, minimum, maximum, default and flag.
RANGED = {
    "show.interval_s": ("s", 2, 86400, 10, "--interval"),
    "show.transition_duration_s": ("s", 0, 10, 0, "--transition-duration"),
    "show.look_ahead": ("photos", 1, 8, 2, None),
    "show.pan_zoom_by": ("percent", 2, 50, 12, None),
    "show.stagger_s": ("s", 0, 10, 0, None),
    "images.arena_bytes": ("bytes", 64 * MIB, 4 * GIB, 256 * MIB, None),
    "images.max_source_pixels": ("pixels", 10**6, 2**30, 2**28, None),
    "images.max_source_bytes": ("bytes", MIB, 4 * GIB, 512 * MIB, None),
    "images.decode_deadline_s": ("s", 1, 300, 20, None),
    "images.memory_bytes": ("bytes", 256 * MIB, 64 * GIB, 2 * GIB, None),
    "show.local_ratio": ("percent", 0, 100, 60, "--local-ratio"),
    "library.rating": ("stars", 0, 5, 0, "--rating"),
    "library.min_pixels": ("pixels", 0, 2**30, 0, "--min-pixels"),
    "library.burst_photos": ("photos", 0, 100, 0, None),
    "feeds.max_items": ("images", 1, 256, 30, None),
    "feeds.max_items_per_feed": ("images", 1, 256, 8, None),
    "feeds.default_weight": ("points", 0, 100, 50, None),
    "feeds.ttl_hint_s": ("s", 0, 31_536_000, 0, None),
    "feeds.min_images": ("images", 0, 5000, 20, None),
    "feeds.max_images": ("images", 1, 5000, 40, None),
    "feeds.max_bytes": ("bytes", 10 * MIB, 64 * GIB, 500 * MIB, None),
    "feeds.max_age_s": ("s", 3600, 315_360_000, 2_592_000, None),
    "audio.bars": ("bars", 8, 128, 64, None),
    "audio.low_hz": ("Hz", 10, 2_000, 40, None),
    "audio.high_hz": ("Hz", 200, 96_000, 16_000, None),
    "audio.sensitivity": ("times", 0, 20, 0, None),
    "audio.attack_s": ("s", 0, 1, 0.01, None),
    "audio.decay_s": ("s", 0, 10, 0.15, None),
    "audio.ghost_hold_s": ("s", 0, 10, 0.25, None),
    "audio.ghost_decay_s": ("s", 0, 10, 0.8, None),
    "visualizer.size": ("percent", 5, 100, 30, None),
    "visualizer.opacity": ("percent", 5, 100, 80, None),
    "queues.images": ("requests", 2, 64, 8, None),
    "queues.library": ("requests", 2, 64, 4, None),
    "queues.feeds": ("requests", 2, 64, 4, None),
    "queues.transitions": ("requests", 2, 64, 8, None),
}
# Each key with its default and its flag.
OTHERS = {
    "show.mode": ("fill", "--mode"),
    "show.order": ("shuffle", "--order"),
    "show.mat_colour": ("#000000", None),
    "show.pan_zoom": (False, "--pan-zoom"),
    "show.displays": ("one", "--displays"),
    "show.measure": (True, None),
    "images.workers": ("auto", None),
    "images.sharpen": (False, None),
    "library.since": ("", "--since"),
    "library.until": ("", "--until"),
    "library.keyword": ("", "--keyword"),
    "library.orientation": ("any", "--orientation"),
    "library.exclude": ("", "--exclude"),
    "library.index": (True, None),
    "feeds.enabled": (True, None),
    "feeds.allow_hosts": ("", "--allow-host"),
    "feeds.save_to": ("", None),
    "audio.source": ("", "--audio"),
    "audio.face": ("spectrum", None),
    "audio.stereo": (True, None),
    "audio.a_weighting": (True, None),
    "audio.equaliser_db": ("", None),
    "audio.ghosts": (True, None),
    "visualizer.style": ("auto", "--visualizer"),
    "visualizer.place": ("bottom", None),
    "visualizer.photo_colours": (True, None),
    "visualizer.pulse": (False, None),
    "transitions.type": ("crossfade", "--transition"),
    "transitions.enabled": ("", None),
    "transitions.durations_s": ("", None),
    "transitions.directions": ("", None),
    "transitions.parameters": ("", None),
    "transitions.easing": ("auto", None),
    "visualizer.photo_on_bar": (False, None),
    "log.level": ("info", "--log-level"),
    "log.format": ("text", "--log-format"),
    "log.file": (True, None),
    "workers.sandbox": (True, None),
}
CHOICES = {
    "show.mode": ("fill", "fit", "shrink"),
    "show.displays": ("one", "all"),
    "show.order": tuple(order.value for order in Order),
    "library.orientation": tuple(orientation.value for orientation in Orientation),
    "images.workers": ("auto", "1", "2"),
    "audio.face": tuple(face.value for face in Face),
    "visualizer.style": ("auto", "off", "spectrum", "mirror", "radial", "wave", "pulse"),
    "visualizer.place": ("bottom", "top", "left", "right", "centre"),
    "transitions.easing": ("auto", *(easing.value for easing in Easing)),
    "log.level": tuple(level.value for level in LogLevel),
    "log.format": ("text", "json"),
}
TYPES = {Number: float, Integer: int, Switch: bool, Colour: str, Words: str, Day: str}


def each(*, of: tuple[Setting, ...] = DECLARATIONS) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("setting", of, ids=[setting.key for setting in of])


def test_the_table_above_names_every_setting() -> None:
    assert set(RANGED) | set(OTHERS) == {setting.key for setting in DECLARATIONS}


@pytest.mark.parametrize("key", RANGED)
def test_a_range_is_the_one_agreed(key: str) -> None:
    setting = BY_KEY[key]
    assert isinstance(setting, Number | Integer)
    declared = (setting.unit, setting.minimum, setting.maximum, setting.default, setting.flag)
    assert declared == RANGED[key]


@pytest.mark.parametrize("key", OTHERS)
def test_a_default_is_the_one_agreed(key: str) -> None:
    assert (BY_KEY[key].default, BY_KEY[key].flag) == OTHERS[key]


def test_the_choices_are_the_ones_agreed() -> None:
    declared = {s.key: s.choices for s in DECLARATIONS if isinstance(s, Choice)}
    assert declared == CHOICES


def test_the_structs_have_the_declared_names_in_the_declared_order() -> None:
    fields = [
        f"{section.name}.{field.name}"
        for section in msgspec.structs.fields(Settings)
        for field in msgspec.structs.fields(section.type)
    ]
    assert fields == [setting.key for setting in DECLARATIONS]
    assert list(SECTIONS) == [section.name for section in msgspec.structs.fields(Settings)]


@each()
def test_a_field_has_the_type_of_its_kind_and_no_default_of_its_own(setting: Setting) -> None:
    section = typing.get_type_hints(Settings)[setting.section]
    field = next(f for f in msgspec.structs.fields(section) if f.name == setting.name)
    if isinstance(setting, Choice):
        assert typing.get_args(field.type) == setting.choices
    else:
        assert field.type is TYPES[type(setting)]
    assert field.default is msgspec.NODEFAULT
    assert field.default_factory is msgspec.NODEFAULT


@each()
def test_a_default_is_a_value_that_its_own_setting_takes(setting: Setting) -> None:
    assert setting.parse(setting.default) == setting.default
    assert setting.parse_text(setting.default_text) == setting.default


@each(of=tuple(s for s in DECLARATIONS if isinstance(s, Number | Integer)))
def test_a_name_ends_in_its_unit_where_the_unit_is_a_measure(setting: Number | Integer) -> None:
    if setting.unit in ("s", "bytes", "pixels"):
        assert setting.key.endswith(f"_{setting.unit}")


@each()
def test_a_help_text_is_a_phrase(setting: Setting) -> None:
    assert setting.help == setting.help.strip()
    assert setting.help[0].islower()
    assert not setting.help.endswith(".")


def test_no_two_settings_share_a_key_a_variable_or_a_flag() -> None:
    flags = [setting.flag for setting in DECLARATIONS if setting.flag is not None]
    assert len(BY_KEY) == len(DECLARATIONS)
    assert len({setting.variable for setting in DECLARATIONS}) == len(DECLARATIONS)
    assert len(set(flags)) == len(flags)


def test_an_order_is_between_settings_of_one_unit_and_the_defaults_keep_it() -> None:
    assert ORDERS
    for order in ORDERS:
        lesser, greater = BY_KEY[order.lesser], BY_KEY[order.greater]
        assert isinstance(lesser, Number | Integer)
        assert isinstance(greater, Number | Integer)
        assert lesser.unit == greater.unit
        assert lesser.default <= greater.default
