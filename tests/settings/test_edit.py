"""One setting changed in a person's file."""

import tomllib

import pytest

from stillframe.settings import SettingError
from stillframe.settings.edit import with_value

FILE = "settings.toml"


def test_comments_and_all_else_stay() -> None:
    text = '# mine\n[show]\ninterval_s = 30 # slow\n\n[feeds]\nallow_hosts = "a" # home\n'
    edited = with_value(text, "feeds.allow_hosts", "a,b", FILE)
    assert edited == text.replace('"a" #', '"a,b" #')


@pytest.mark.parametrize("text", [None, "", "# nothing\n", "[show]\nmode = 'fit'\n"])
def test_a_section_that_is_not_there_is_added(text: str | None) -> None:
    edited = with_value(text, "feeds.allow_hosts", "nas.local", FILE)
    assert tomllib.loads(edited)["feeds"] == {"allow_hosts": "nas.local"}
    assert edited.startswith(text or "")


@pytest.mark.parametrize("text", ["[", "feeds = 5\n"])
def test_what_cannot_be_changed_is_refused_by_name(text: str) -> None:
    with pytest.raises(SettingError, match=FILE):
        with_value(text, "feeds.allow_hosts", "x", FILE)
