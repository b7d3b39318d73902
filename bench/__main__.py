"""Every bench in turn: `python -m bench [--full]`.

Role: what `./run bench` calls. Counterpart: each bench is a module with a `main` of its own and is
run in a process of its own, so that none inherits another's memory, threads or CPU time.

Guarantees: a bench that fails does not keep the next one from running; the exit status says so.
"""

import subprocess
import sys
from typing import Final

BENCHES: Final = (
    "image",
    "memory",
    "library",
    "feeds",
    "audio",
    "beats",
    "latest",
    "transitions",
    "visual",
    "pacing",
    "ipc",
    "recover",
)


def main(arguments: list[str]) -> int:
    """Run all; 1 if one has failed."""
    failed = [name for name in BENCHES if _run(name, arguments) != 0]
    if failed:
        print(f"failed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


def _run(name: str, arguments: list[str]) -> int:
    command = [sys.executable, "-m", f"bench.{name}", *arguments]
    return subprocess.run(command, check=False).returncode


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
