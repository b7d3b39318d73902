"""A person's TOML as tables: the settings and the list of feeds.

Role: pure; from text to plain values. Counterpart: `settings.load` and `settings.feed_list` say
what may stand there.

Guarantees: whatever the text is, it is read or refused with the file and the reason, and the line
where that is certain.
"""

import re
from typing import Any, Final

from stillframe.settings.schema import SettingError

_SYNTAX_LINE: Final = r" \(at line (\d+), column \d+\)$"


def tables_of(text: str, file_name: str) -> dict[str, Any]:
    """Return what a TOML file says.

    Raises:
        SettingError: if nobody can read it.
    """
    import tomllib  # noqa: PLC0415  # 4 ms that a start without a file need not pay

    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        message = str(error)
        found = re.search(_SYNTAX_LINE, message)
        # The only other place that tomllib names is the end of the document.
        line = int(found[1]) if found else text.rstrip().count("\n") + 1
        raise SettingError(f"{file_name}:{line}: not valid TOML: {message}") from None
    except ValueError as error:  # an integer of more digits than Python reads
        raise SettingError(f"{file_name}: a number cannot be read: {error}") from None
    except RecursionError:
        raise SettingError(
            f"{file_name}: arrays or tables are nested too deeply to read; "
            "nothing here needs more than a table of values"
        ) from None
