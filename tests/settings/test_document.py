"""A person's TOML, whatever it is."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillframe.settings import SettingError
from stillframe.settings.document import tables_of

FILE = "my.toml"


def test_what_can_be_read_is_tables() -> None:
    assert tables_of("", FILE) == {}
    assert tables_of("[a]\nb = 1\n[[c]]\nd = 'e'", FILE) == {"a": {"b": 1}, "c": [{"d": "e"}]}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[a]\nb = \n", f"{FILE}:2: not valid TOML: "),
        ("\n[a]\n\nb = [\n\n", f"{FILE}:4: not valid TOML: "),
        ("b = " + "9" * 5000, f"{FILE}: a number cannot be read: "),
        ("b = " + "[" * 100_000, f"{FILE}: arrays or tables are nested too deeply"),
    ],
    ids=["line", "end", "digits", "nested"],
)
def test_what_cannot_is_refused_by_place_and_reason(text: str, said: str) -> None:
    with pytest.raises(SettingError) as refused:
        tables_of(text, FILE)
    assert str(refused.value).startswith(said)


@given(st.text(alphabet="[]{}=.,'\"#\n ab19-:T\\\x00", max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(SettingError):
        assert isinstance(tables_of(text, FILE), dict)
