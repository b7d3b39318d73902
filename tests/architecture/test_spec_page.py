"""The specification says what is: nothing planned, and in its lists nothing left out."""

import re
from pathlib import Path

import msgspec
import pytest

from stillframe.contracts.wire import PROTOCOLS
from stillframe.settings.declared import DECLARATIONS
from stillframe.show.report import Report
from stillframe.transitions.registry import BUILT_IN

SPEC = (Path(__file__).parents[2] / "docs" / "Spec.md").read_text()
# The words in which plans are made. A word that has another sense in the page is no use here.
PLANS = re.compile(
    r"\b(todo|fixme|tbd|planned|roadmap|milestone|upcoming|eventually|someday"
    r"|not yet|yet to|not there yet|for now|going to|phase \d"
    r"|in (a|the) (future|later|next) (version|release)|next (version|release)"
    r"|(will|shall|should) be (added|able|done|made|moved|replaced|supported|written)"
    r"|we (will|shall|want|plan|intend|hope))\b",
    re.IGNORECASE,
)


def test_the_specification_plans_nothing() -> None:
    lines = enumerate(SPEC.splitlines(), 1)
    assert [(number, line) for number, line in lines if PLANS.search(line)] == []


@pytest.mark.parametrize(
    "plan",
    [
        "## Not there yet",
        "## Roadmap",
        "TODO: displays that are plugged in",
        "HDR is planned.",
        "Wayland will be supported in a later version.",
        "For now only PulseAudio is listened to.",
    ],
)
def test_a_plan_is_found(plan: str) -> None:
    assert PLANS.search(plan)


def test_every_heading_stands_once() -> None:
    headings = re.findall(r"^#+ (.+)$", SPEC, re.MULTILINE)
    assert len(headings) > 15
    assert len(headings) == len(set(headings))


def section(title: str) -> str:
    return SPEC.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def first_cells(title: str) -> list[str]:
    """The words of the first column of a section's table."""
    rows = re.findall(r"^\| (`[^|]+) \|", section(title), re.MULTILINE)
    return [word for row in rows for word in re.findall(r"`([^`]+)`", row)]


@pytest.mark.parametrize("title", ["Workers", "Sandboxes"])
def test_every_kind_of_worker_has_one_row(title: str) -> None:
    assert sorted(first_cells(title)) == sorted(PROTOCOLS)


def test_every_setting_has_one_row() -> None:
    assert sorted(first_cells("Settings")) == sorted(setting.key for setting in DECLARATIONS)


def test_every_field_of_the_report_is_named() -> None:
    fields = {field.encode_name for field in msgspec.structs.fields(Report)}
    assert fields - set(re.findall(r"`(\w+)`", section("Ends"))) == set()


def test_every_transition_is_named_and_so_is_each_that_remembers_its_direction() -> None:
    listed, _, remembered = section("Transitions").partition("A direction of luck is")
    names = {known.id for known in BUILT_IN}
    assert [name for name in sorted(names) if not re.search(rf"\b{name}\b", listed)] == []
    said = set(re.findall(r"\w+", remembered.partition(".")[0]))
    assert said & names == {known.id for known in BUILT_IN if known.remembers_direction}
