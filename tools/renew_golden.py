"""Write the golden files of the wire anew.

Run it only when the wire is meant to change, as `python tools/renew_golden.py`: raise
`WIRE_VERSION` if an old peer could misread the new bytes, bring `docs/wire/v1.md` up to date, and
read the difference before you keep it.
"""

import os
import runpy
import sys
from typing import Final

_TESTS: Final = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tests")
_HELPERS: Final = os.path.join(_TESTS, "helpers")
_GOLDEN: Final = os.path.join(_TESTS, "contracts", "golden")


def main() -> int:
    """Write what changed, remove what no message has any more, and say so."""
    sys.path.insert(0, _HELPERS)
    files: dict[str, bytes] = runpy.run_path(os.path.join(_HELPERS, "wire_samples.py"))[
        "golden_files"
    ]()
    os.makedirs(_GOLDEN, exist_ok=True)
    for name in sorted(set(os.listdir(_GOLDEN)) - set(files)):
        os.remove(os.path.join(_GOLDEN, name))
        print(f"removed {name}")
    for name, content in sorted(files.items()):
        if _renew(os.path.join(_GOLDEN, name), content):
            print(f"wrote {name}, {len(content)} bytes")
    return 0


def _renew(path: str, content: bytes) -> bool:
    """Write `content` unless the file holds it already; say whether it was written."""
    if os.path.exists(path):
        with open(path, "rb") as file:
            if file.read() == content:
                return False
    with open(path, "wb") as file:
        file.write(content)
    return True


if __name__ == "__main__":
    sys.exit(main())
