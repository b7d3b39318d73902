"""The page on the plan has every box of it, and names only what exists; the map misses nothing.

The plan itself is no part of the product: its boxes are counted here, by their first words.
"""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "plan-status.md").read_text()
# The plan's sections, and how many boxes each has.
BOXES = {
    "0) Preconditions / Policy Anchors": 2,
    "1) Scope & Goals": 2,
    "2) Image Worker": 4,
    "3) RSS Worker": 4,
    "4) FFT/Beat Worker": 4,
    "5) Transition Precompute Worker": 3,
    "6) Shared Memory & Messaging (Reuse Phase 1 Schemas)": 2,
    "7) Queue & Backpressure": 2,
    "8) Supervisor Integration": 2,
    "9) Testing Strategy (Design)": 4,
    "10) Documentation & Backups Plan": 4,
    "11) Exit Criteria (Planning Only)": 2,
}


def sections() -> dict[str, str]:
    _, *parts = re.split(r"^## ", PAGE, flags=re.MULTILINE)
    return {part.partition("\n")[0]: part.partition("\n")[2] for part in parts}


def test_every_box_of_the_plan_stands_under_its_heading_in_order() -> None:
    counts = {
        title: len(re.findall(r"^- \*\*", text, re.MULTILINE)) for title, text in sections().items()
    }
    assert {title: count for title, count in counts.items() if count} == BOXES
    assert [title for title, count in counts.items() if count] == list(BOXES)


def test_every_box_has_a_decision_a_module_and_what_shows_it() -> None:
    boxes = re.split(r"^- \*\*", PAGE, flags=re.MULTILINE)[1:]
    for box in boxes:
        for word in ("Decision: ", "Module: `", "Shown by: `"):
            assert box.count(word) == 1, box


def test_what_the_page_names_exists() -> None:
    named = re.findall(r"(?:Module|Shown by): (.*)", PAGE)
    files = [file for line in named for file in re.findall(r"`([^`]+)`", line)]
    missing = [
        file
        for file in files
        if not (ROOT / file).exists() and not (ROOT / "src" / "stillframe" / file).exists()
    ]
    assert len(files) > 2 * sum(BOXES.values())
    assert missing == []
