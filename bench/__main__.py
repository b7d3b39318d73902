"""Every bench in turn: `python -m bench [--full]`.

Role: what `./run bench` calls. Counterpart: each bench is a module with a `main` of its own and is
run in a process of its own, so that none inherits another's memory, threads or CPU time; `page`
makes docs/benchmarks.md of what they say.

Guarantees: a bench that fails does not keep the next one from running; the exit status says so. The
page is written after each, so that a run that is cut short leaves what it has, and says what it has
not. Every scenario of `pacing` is played by `--full`, else those in which a worker floods.
"""

import datetime as dt
import json
import subprocess
import sys
from pathlib import Path
from typing import Final

from bench.page import Run, machine, page

BENCHES: Final = (
    "image",
    "memory",
    "library",
    "feeds",
    "audio",
    "beats",
    "latest",
    "transitions",
    "uploads",
    "visual",
    "pacing",
    "pacing --scenario flooding",
    "ipc",
    "recover",
    "soak",
)


_PAGE: Final = Path(__file__).parents[1] / "docs" / "benchmarks.md"


def main(arguments: list[str]) -> int:
    """Run all and write the page; 1 if one has failed."""
    full = "--full" in arguments
    benches = [words.replace("flooding", "all") if full else words for words in BENCHES]
    runs: list[Run] = []
    for number, words in enumerate(benches, start=1):
        runs.append(_run(words, arguments))
        date = dt.datetime.now(tz=dt.UTC).date().isoformat()
        text = page(runs, left=benches[number:], date=date, where=machine())
        _PAGE.write_text(text, encoding="utf-8")
    failed = [run.command for run in runs if run.rows is None]
    if failed:
        print(f"failed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


def _run(words: str, arguments: list[str]) -> Run:
    """Run a bench, show what it says as it says it, and keep its last line."""
    name, *own = words.split()
    command = [sys.executable, "-m", f"bench.{name}", *own, *arguments]
    last = ""
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None  # noqa: S101 - it is a pipe
        for line in process.stdout:
            print(line, end="", flush=True)
            last = line
    said = " ".join(["python", *command[1:]])
    if process.returncode != 0:
        return Run(said, None)
    return Run(said, json.loads(last)["rows"])


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
