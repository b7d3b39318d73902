"""Where a value comes from, which place wins, and how a refusal names the place."""

import pickle
import tomllib
from collections.abc import Mapping
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillframe.settings.declared import Settings
from stillframe.settings.load import load
from stillframe.settings.schema import SettingError

FILE = "~/.config/stillframe/settings.toml"
MIB = 1024 * 1024
GIB = 1024 * MIB
NOTHING: Mapping[str, str] = {}

# A busy machine may take long over one example; that is no failure.

DEFAULTS: dict[str, dict[str, object]] = {
    "show": {
        "interval_s": 10.0,
        "transition_duration_s": 0,
        "mode": "fill",
        "order": "shuffle",
        "local_ratio": 60,
        "look_ahead": 2,
        "mat_colour": "#000000",
        "pan_zoom": False,
        "pan_zoom_by": 12,
        "displays": "one",
        "stagger_s": 0.0,
        "measure": True,
    },
    "images": {
        "arena_bytes": 268435456,
        "max_source_pixels": 268435456,
        "max_source_bytes": 536870912,
        "decode_deadline_s": 20.0,
        "memory_bytes": 2 * 1024**3,
        "workers": "auto",
        "sharpen": False,
    },
    "library": {
        "since": "",
        "until": "",
        "rating": 0,
        "keyword": "",
        "min_pixels": 0,
        "orientation": "any",
        "exclude": "",
        "burst_photos": 0,
        "index": True,
    },
    "feeds": {
        "enabled": True,
        "max_items": 30,
        "max_items_per_feed": 8,
        "default_weight": 50,
        "ttl_hint_s": 0.0,
        "min_images": 20,
        "max_images": 40,
        "max_bytes": 500 * 1024 * 1024,
        "max_age_s": 2_592_000.0,
        "allow_hosts": "",
        "save_to": "",
    },
    "audio": {
        "source": "",
        "face": "spectrum",
        "stereo": True,
        "bars": 64,
        "low_hz": 40.0,
        "high_hz": 16000.0,
        "a_weighting": True,
        "equaliser_db": "",
        "sensitivity": 0.0,
        "attack_s": 0.01,
        "decay_s": 0.15,
        "ghosts": True,
        "ghost_hold_s": 0.25,
        "ghost_decay_s": 0.8,
    },
    "visualizer": {
        "style": "auto",
        "place": "bottom",
        "size": 30,
        "opacity": 80,
        "photo_colours": True,
        "pulse": False,
        "photo_on_bar": False,
    },
    "transitions": {
        "type": "crossfade",
        "enabled": "",
        "durations_s": "",
        "directions": "",
        "parameters": "",
        "easing": "auto",
    },
    "queues": {"images": 8, "library": 4, "feeds": 4, "transitions": 8},
    "log": {"level": "info", "format": "text", "file": True},
    "workers": {"sandbox": True},
}


def from_file(text: str) -> Settings:
    return load(file_text=text, file_name=FILE, environ=NOTHING, flags=NOTHING)


def refusal(
    text: str | None = None,
    environ: Mapping[str, str] = NOTHING,
    flags: Mapping[str, str] = NOTHING,
) -> str:
    with pytest.raises(SettingError) as refused:
        load(file_text=text, file_name=FILE, environ=environ, flags=flags)
    return str(refused.value)


@pytest.mark.parametrize("text", [None, "", "# nothing\n", "[show]\n"])
def test_without_a_value_the_defaults_hold(text: str | None) -> None:
    settings = load(file_text=text, file_name=FILE, environ={"HOME": "/root"}, flags=NOTHING)
    assert msgspec.to_builtins(settings) == DEFAULTS


@pytest.mark.parametrize(
    ("text", "variable", "flag", "interval_s"),
    [
        (None, None, None, 10),
        ("show.interval_s = 20", None, None, 20),
        ("show.interval_s = 20", "30", None, 30),
        ("show.interval_s = 20", "30", "40", 40),
        (None, "30", None, 30),
        (None, "30", "40", 40),
        (None, None, "40", 40),
        ("show.interval_s = 20", None, "40", 40),
    ],
)
def test_flags_win_over_environment_over_file_over_default(
    text: str | None, variable: str | None, flag: str | None, interval_s: float
) -> None:
    environ = {} if variable is None else {"STILLFRAME_SHOW_INTERVAL_S": variable}
    flags = {} if flag is None else {"--interval": flag}
    settings = load(file_text=text, file_name=FILE, environ=environ, flags=flags)
    assert settings.show.interval_s == interval_s
    assert settings.show.look_ahead == 2


def test_every_place_may_set_a_different_setting() -> None:
    settings = load(
        file_text='[show]\nmat_colour = "#A0B0C0"\n[images]\nsharpen = true\n',
        file_name=FILE,
        environ={"STILLFRAME_QUEUES_LIBRARY": "9", "STILLFRAME_IMAGES_ARENA_BYTES": "67108864"},
        flags={"--mode": "shrink"},
    )
    assert settings.show.mat_colour == "#a0b0c0"
    assert settings.images.sharpen is True
    assert settings.queues.library == 9
    assert settings.images.arena_bytes == 67108864
    assert settings.show.mode == "shrink"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "[show]\n\ninterval_s = 0.5\n",
            f"{FILE}:3: show.interval_s = 0.5 is out of range: 2 to 86400 s",
        ),
        (
            "show = { look_ahead = 2,interval_s = nan }",
            f"{FILE}:1: show.interval_s = nan is out of range: 2 to 86400 s",
        ),
        (
            "queues.images = 0x1_00",
            f"{FILE}:1: queues.images = 256 is out of range: 2 to 64 requests",
        ),
        ("\nshow.mode = 'stretch'", f"{FILE}:2: show.mode = 'stretch' is not one of"),
        ("show.interval_s = true", f"{FILE}:1: show.interval_s = true is not a number"),
        ("show.interval_s = [\n3]", f"{FILE}:1: show.interval_s = an array is not a number"),
        ("\n[show.interval_s]", f"{FILE}:2: show.interval_s = a table is not a number"),
        (
            "[show]\ninterval = 5",
            f"{FILE}:2: unknown setting show.interval; did you mean show.interval_s?",
        ),
        (
            "[show]\nmat_color = 5",
            f"{FILE}:2: unknown setting show.mat_color; did you mean show.mat_colour?",
        ),
        ("\n[image]", f"{FILE}:2: unknown section image; did you mean images?"),
        (
            "interval_s = 5",
            f"{FILE}:1: unknown section interval_s; did you mean show.interval_s?",
        ),
        (
            "zzzz = 5",
            f"{FILE}:1: unknown section zzzz; known are show, images, library, feeds, audio, ",
        ),
        ("'\\u001b[2J' = 5", f"{FILE}:1: unknown section '\\\\u001b[2J'; known are"),
        ('"\\u001b[2J" = 5', f"{FILE}:1: unknown section '\\x1b[2J'; known are"),
        ("\nshow = 3", f"{FILE}:2: show = 3 is not a section: write [show]"),
        ("\n[[show]]\nmode = 'fit'", f"{FILE}:2: show = an array is not a section"),
        ("[show]\nmode = \n", f"{FILE}:2: not valid TOML: Invalid value (at line 2"),
        ("[show]\nmode = 'fit'\nmode = 'fit'", f"{FILE}:3: not valid TOML: Cannot overwrite"),
        ("\n[show]\n\nmode = [\n\n", f"{FILE}:4: not valid TOML: Invalid value (at end of"),
        pytest.param(
            "show.interval_s = " + "9" * 5000, f"{FILE}: a number cannot be read: ", id="digits"
        ),
        pytest.param(
            "show.mode = " + "[" * 100_000, f"{FILE}: arrays or tables are nested too", id="nested"
        ),
    ],
)
def test_a_refusal_of_the_file_names_the_line_and_the_reason(text: str, message: str) -> None:
    assert refusal(text).startswith(message)


def test_the_message_in_full() -> None:
    expected = f"{FILE}:3: show.interval_s = 0.5 is out of range: 2 to 86400 s"
    assert refusal("\n[show]\ninterval_s = 0.5") == expected


@pytest.mark.parametrize(
    ("variable", "text", "message"),
    [
        (
            "STILLFRAME_SHOW_INTERVAL_S",
            "0.5",
            "STILLFRAME_SHOW_INTERVAL_S: show.interval_s = 0.5 is out of range: 2 to 86400 s",
        ),
        (
            "STILLFRAME_IMAGES_SHARPEN",
            "",
            "STILLFRAME_IMAGES_SHARPEN: images.sharpen = '' is not true or false",
        ),
        (
            "STILLFRAME_SHOW_MODE",
            "\udcff",
            "STILLFRAME_SHOW_MODE: show.mode = '\\udcff' is not one of fill, fit, shrink",
        ),
        (
            "STILLFRAME_SHOW_INTERVAL",
            "5",
            (
                "unknown environment variable STILLFRAME_SHOW_INTERVAL; "
                "did you mean STILLFRAME_SHOW_INTERVAL_S?"
            ),
        ),
        ("STILLFRAME_QUEUES_", "5", "unknown environment variable STILLFRAME_QUEUES_; "),
    ],
)
def test_a_refusal_of_the_environment_names_the_variable(
    variable: str, text: str, message: str
) -> None:
    assert refusal(environ={variable: text}).startswith(message)


@pytest.mark.parametrize(
    "variable",
    [
        "STILLFRAME_LOG",
        "STILLFRAME_SHOW",
        "STILLFRAME_SHOWS_INTERVAL_S",
        "STILLFRAME_",
        "stillframe_show_interval_s",
        "SHOW_INTERVAL_S",
    ],
)
def test_a_variable_that_names_no_section_is_not_ours(variable: str) -> None:
    environ = {variable: "0"}
    settings = load(file_text=None, file_name=FILE, environ=environ, flags=NOTHING)
    assert msgspec.to_builtins(settings) == DEFAULTS


@pytest.mark.parametrize(
    ("flag", "text", "message"),
    [
        ("--interval", "1", "--interval: show.interval_s = 1 is out of range: 2 to 86400 s"),
        ("--interval", "soon", "--interval: show.interval_s = 'soon' is not a number"),
        ("--mode", "", "--mode: show.mode = '' is not one of fill, fit, shrink"),
        ("--intervall", "5", "unknown flag --intervall; did you mean --interval?"),
        ("show.interval_s", "5", "unknown flag show.interval_s; "),
    ],
)
def test_a_refusal_of_a_flag_names_the_flag(flag: str, text: str, message: str) -> None:
    assert refusal(flags={flag: text}).startswith(message)


def test_a_bad_value_is_refused_although_a_later_place_overrides_it() -> None:
    message = refusal("show.interval_s = 1", flags={"--interval": "5"})
    assert message.startswith(f"{FILE}:1: show.interval_s = 1 is out of range")


def test_a_transition_longer_than_the_interval_is_refused_with_both_values_and_places() -> None:
    message = refusal("\nshow.transition_duration_s = 8", flags={"--interval": "5"})
    assert message.startswith(
        f"show.transition_duration_s = 8.0 ({FILE}:2) is more than "
        "show.interval_s = 5.0 (--interval): "
    )


def test_the_rule_holds_for_the_values_that_win_not_for_those_overridden() -> None:
    settings = load(
        file_text="show = { transition_duration_s = 8, interval_s = 5 }",
        file_name=FILE,
        environ={"STILLFRAME_SHOW_INTERVAL_S": "8"},
        flags=NOTHING,
    )
    assert (settings.show.transition_duration_s, settings.show.interval_s) == (8, 8)


def test_a_refusal_survives_pickling() -> None:
    with pytest.raises(SettingError) as refused:
        from_file("show.interval_s = 1")
    again = pickle.loads(pickle.dumps(refused.value))  # noqa: S301  # our own bytes
    assert type(again) is SettingError
    assert str(again) == str(refused.value)


# Pieces that put a document near the edge of what TOML and the settings allow.
PIECES = st.sampled_from(
    [
        *[
            "[",
            "]",
            "[show]",
            "[[images]]",
            "show",
            ".",
            "interval_s",
            "queues.images",
            "mode",
            "fill",
            "=",
            ",",
            "{",
            "}",
            "#",
        ],
        *[
            "1",
            "5",
            "nan",
            "inf",
            "0xfff",
            "9e999",
            "true",
            "1979-05-27",
            "T07:32:00Z",
            "é",
            "\ufeff",
            "\x00",
        ],
        *["'", '"', '"""', "'''", "\\", "\\u00", "\n", "\r\n", " "],
    ]
)


def outcome(
    text: str | None = None,
    environ: Mapping[str, str] = NOTHING,
    flags: Mapping[str, str] = NOTHING,
) -> str | None:
    """Return the refusal, or None; any other error passes through."""
    try:
        load(file_text=text, file_name=FILE, environ=environ, flags=flags)
    except SettingError as error:
        return str(error)
    return None


@given(st.one_of(st.text(), st.lists(PIECES, max_size=30).map("".join)))
def test_any_text_as_the_file_is_taken_or_refused_with_its_name(text: str) -> None:
    message = outcome(text)
    assert message is None or (message.startswith(FILE) and message.isprintable())


@given(
    st.dictionaries(
        st.one_of(
            st.text(max_size=5).map("STILLFRAME_SHOW_".__add__),
            st.sampled_from(["STILLFRAME_SHOW_INTERVAL_S", "STILLFRAME_IMAGES_SHARPEN"]),
        ),
        st.text(),
    ),
    st.dictionaries(st.one_of(st.text(), st.sampled_from(["--interval", "--mode"])), st.text()),
)
def test_any_environment_and_flags_are_taken_or_refused_in_one_line(
    environ: dict[str, str], flags: dict[str, str]
) -> None:
    message = outcome(environ=environ, flags=flags)
    assert message is None or message.isprintable()


INTERVALS_S = st.one_of(st.integers(10, 86400), st.floats(10, 86400))
VALID: dict[str, dict[str, st.SearchStrategy[Any]]] = {
    "show": {
        "interval_s": INTERVALS_S,
        "transition_duration_s": st.floats(0, 10),  # every interval above allows it
        "mode": st.sampled_from(["fill", "fit", "shrink"]),
        "look_ahead": st.integers(1, 8),
        "mat_colour": st.from_regex(r"#[0-9a-f]{6}", fullmatch=True),
        "pan_zoom": st.booleans(),
        "pan_zoom_by": st.integers(2, 50),
        "displays": st.sampled_from(["one", "all"]),
        "stagger_s": st.floats(0, 10),
        "measure": st.booleans(),
    },
    "images": {
        "arena_bytes": st.integers(64 * MIB, 4 * GIB),
        "max_source_pixels": st.integers(1_000_000, 1 << 30),
        "max_source_bytes": st.integers(MIB, 4 * GIB),
        "decode_deadline_s": st.floats(1, 300),
        "memory_bytes": st.integers(256 * 1024**2, 64 * 1024**3),
        "sharpen": st.booleans(),
    },
    "feeds": {
        "enabled": st.booleans(),
        "max_items": st.integers(1, 256),
        "max_items_per_feed": st.integers(1, 256),
        "default_weight": st.integers(0, 100),
        "ttl_hint_s": st.floats(0, 31_536_000),
        "min_images": st.integers(0, 40),
        "max_images": st.integers(40, 5000),
        "max_bytes": st.integers(10 * MIB, 64 * GIB),
        "max_age_s": st.floats(3600, 315_360_000),
        "allow_hosts": st.from_regex(r"[a-z.0-9:,]{0,40}", fullmatch=True),
        "save_to": st.from_regex(r"/[a-z/]{0,40}", fullmatch=True),
    },
    "audio": {
        "source": st.from_regex(r"[a-z:/.0-9]{0,40}", fullmatch=True),
        "face": st.sampled_from(["spectrum", "classic"]),
        "bars": st.integers(8, 128),
        "low_hz": st.floats(10, 200),
        "high_hz": st.floats(2_000, 96_000),
        "ghosts": st.booleans(),
    },
    "visualizer": {"size": st.integers(5, 100), "pulse": st.booleans()},
    "queues": {
        "images": st.integers(2, 64),
        "library": st.integers(2, 64),
        "feeds": st.integers(2, 64),
        "transitions": st.integers(2, 64),
    },
    "workers": {"sandbox": st.booleans()},
    "log": {
        "level": st.sampled_from(["debug", "info", "warning", "error"]),
        "format": st.sampled_from(["text", "json"]),
        "file": st.booleans(),
    },
}
CHOSEN = st.fixed_dictionaries(
    {},
    optional={
        section: st.fixed_dictionaries({}, optional=names) for section, names in VALID.items()
    },
)


def written(value: object) -> str:
    """Write one value as TOML."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return f'"{value}"' if isinstance(value, str) else repr(value)


def with_defaults(chosen: dict[str, dict[str, object]]) -> dict[str, dict[str, object]]:
    return {section: names | chosen.get(section, {}) for section, names in DEFAULTS.items()}


@given(CHOSEN, st.sampled_from(["sections", "dotted", "inline"]))
def test_any_valid_file_gives_the_values_that_were_written(
    chosen: dict[str, dict[str, object]], style: str
) -> None:
    text = ""
    for section, names in chosen.items():
        pairs = [f"{name} = {written(value)}" for name, value in names.items()]
        if style == "sections":
            text += f"[{section}]\n" + "".join(f"{pair}\n" for pair in pairs)
        elif style == "dotted":
            text += "".join(f"{section}.{pair}\n" for pair in pairs)
        else:
            text += f"{section} = {{ {', '.join(pairs)} }}\n"
    assert msgspec.to_builtins(from_file(text)) == with_defaults(chosen)


@given(CHOSEN)
def test_any_valid_environment_gives_the_values_that_were_written(
    chosen: dict[str, dict[str, object]],
) -> None:
    environ = {
        f"STILLFRAME_{section}_{name}".upper(): written(value).strip('"')
        for section, names in chosen.items()
        for name, value in names.items()
    }
    settings = load(file_text=None, file_name=FILE, environ=environ, flags=NOTHING)
    assert msgspec.to_builtins(settings) == with_defaults(chosen)


NOISE = st.lists(
    st.sampled_from(["", "# look_ahead = 99", "  # [show]", "\t", "#"]), max_size=6
).map(lambda lines: "".join(f"{line}\n" for line in lines))
BAD = st.sampled_from(["look_ahead = 99", "'look_ahead'=99", '"look\\u005fahead" = 99 # twice'])


@given(st.lists(NOISE, min_size=5, max_size=5), BAD, st.booleans())
def test_the_line_in_a_refusal_is_the_line_of_the_key(
    noise: list[str],
    bad: str,
    last: bool,  # noqa: FBT001
) -> None:
    others = f"[queues]\nimages = 8\n{noise[0]}[images]\nsharpen = true\n{noise[1]}"
    before = f"{noise[2]}[show]\n{noise[3]}interval_s = 9\nmode = 'fit'\n{noise[4]}"
    before = others + before if last else before
    text = before + bad + "\n" + ("" if last else others)
    assert tomllib.loads(text)["show"]["look_ahead"] == 99
    line = before.count("\n") + 1
    assert refusal(text).startswith(f"{FILE}:{line}: show.look_ahead = 99 is out of range")
