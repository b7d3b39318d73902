"""One setting changed in a person's file.

Role: from a file's text to the same text with another value. Counterpart: `settings.load` reads it.

Guarantees: comments, order and all other values stay as they are.
"""

import tomlkit
from tomlkit.exceptions import TOMLKitError

from stillframe.settings.schema import SettingError


def with_value(text: str | None, key: str, value: str, file_name: str) -> str:
    """Return a settings file's text with one value changed or added; None is no file.

    Raises:
        SettingError: if the text is no TOML, or something else stands in the section's place.
    """
    section, _, name = key.partition(".")
    try:
        document = tomlkit.parse(text or "")
        if section not in document:
            document.append(section, tomlkit.table())
        document[section][name] = value
        return str(tomlkit.dumps(document))
    except (TOMLKitError, TypeError) as error:
        raise SettingError(f"{file_name}: cannot be changed: {error}") from None
