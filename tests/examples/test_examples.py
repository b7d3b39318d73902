import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
ANSWERS = {
    10**3: 1009,
    10**6: 1000003,
    10**9: 1000000007,
    10**14: 100000000000031,
    2 * 10**14: 200000000000027,
    3 * 10**14: 300000000000089,
}
PATIENCE_S = 60


def run_and_kill_after(line_wanted: str) -> list[str]:
    """Run the example as its reader would; kill its worker when a line has come; return all."""
    lines: list[str] = []
    with subprocess.Popen(
        [sys.executable, "examples/use_it.py"], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            for line in process.stdout:
                lines.append(line.rstrip())
                if line_wanted and line.startswith(line_wanted):
                    os.kill(last_pid(lines), signal.SIGKILL)
                    line_wanted = ""
            assert process.wait(PATIENCE_S) == 0
        finally:
            process.kill()
    assert not line_wanted
    return lines


def last_pid(lines: list[str]) -> int:
    found = [match[1] for line in lines if (match := re.match(r"worker (\d+): ready", line))]
    return int(found[-1])


def answers(lines: list[str]) -> list[tuple[int, int]]:
    matches = (re.match(r"the first prime above (\d+) is (\d+)", line) for line in lines)
    return [(int(match[1]), int(match[2])) for match in matches if match]


def test_the_example_does_what_it_says() -> None:
    lines = run_and_kill_after("")
    assert answers(lines) == list(ANSWERS.items())
    assert re.fullmatch(r"the longest frame took \d+ ms", lines[-1])


def test_a_killed_worker_costs_the_example_no_answer() -> None:
    # After the third, which is quick, it is in the middle of the fourth for a long time.
    lines = run_and_kill_after("the first prime above 1000000000 ")
    assert answers(lines) == list(ANSWERS.items())
    assert [line for line in lines if re.match(r"worker 0: backoff \(signal 9", line)], lines


@pytest.mark.parametrize("page", ["docs/Runtime.md"])
def test_the_code_on_the_page_is_the_code_of_the_examples(page: str) -> None:
    sources = [path.read_text() for path in EXAMPLES.glob("*.py")]
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / page).read_text(), re.DOTALL)
    assert blocks
    for block in blocks:
        assert any(block in source for source in sources), block
