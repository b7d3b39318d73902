"""The edge between the settings and the disk: where the file is, and its text.

Counterpart: `stillframe.settings.load` makes settings from the text.

Guarantees: a file that is not there is None, not an error. Anything else that stops the text
from being read is a `SettingError` that names the file. At most `FILE_LIMIT_BYTES` and one
byte are read, and never from a pipe or a device, on which a read could wait for ever.
"""

import os
import stat
import tempfile
from pathlib import Path
from typing import Final

from stillframe.settings.schema import SettingError

# A file with every setting and a comment on each is under 4 KiB. The parser is slow and takes
# many times the size in memory, so a photo or a log given by mistake must not get that far.
FILE_LIMIT_BYTES: Final = 256 * 1024


def settings_file() -> Path:
    """Return where the settings file of this user belongs; it need not exist."""
    import platformdirs  # noqa: PLC0415  # 20 ms that importing the settings must not cost

    return platformdirs.user_config_path("stillframe") / "settings.toml"


def transitions_folder() -> Path:
    """Return where this user's own transitions lie; it need not exist."""
    import platformdirs  # noqa: PLC0415  # as above

    return platformdirs.user_config_path("stillframe") / "transitions"


def read_settings_file(path: Path) -> str | None:
    """Return the text of a settings file, or None where there is no such file.

    A byte order mark, which some editors write, is left out.

    Raises:
        SettingError: not a regular file, not readable, too large, or not UTF-8.
    """
    try:
        mode = path.stat().st_mode
        if not stat.S_ISREG(mode):
            raise SettingError(f"{path}: not a regular file; the settings are read from one")
        with path.open("rb") as file:
            content = file.read(FILE_LIMIT_BYTES + 1)
            size_bytes = os.fstat(file.fileno()).st_size
    except FileNotFoundError:
        return None
    except OSError as error:
        raise SettingError(
            f"{path}: cannot be read: {error.strerror}; mend that or remove the file"
        ) from error
    if len(content) > FILE_LIMIT_BYTES:
        raise SettingError(
            f"{path}: {size_bytes} bytes is too large for a settings file: "
            f"at most {FILE_LIMIT_BYTES} bytes"
        )
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise SettingError(
            f"{path}:{line}: not UTF-8 at byte {error.start}: save the file as UTF-8"
        ) from None


def write_private_file(path: Path, text: str) -> None:
    """Replace a file as a whole; keys may stand in it, so that nobody else may read it.

    Raises:
        SettingError: if it cannot be written; the old one then stays.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # A file that is a link stays one.
        target = Path(os.path.realpath(path))
        with tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", dir=target.parent, prefix=".", delete=False
        ) as file:
            temporary = Path(file.name)
            try:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
                temporary.replace(target)
            except BaseException:
                temporary.unlink()
                raise
    except OSError as error:
        raise SettingError(f"{path}: cannot be written: {error.strerror or error}") from error
