"""The page on the plan has every box of it, word for word, and names only what exists.

The plan itself is no part of the product. Its words are known here by their digest, and compared
one by one where the plan lies beside the checkout.
"""

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "plan-status.md").read_text()
PLAN = ROOT.parent / "shared" / "plan" / "AAMP2026_Phase_2_Detailed.md"
# How many boxes the plan has, and the digest of its headings and boxes, a line each.
BOXES = 35
DIGEST = "abbb810c4c5b67a8c679375c9f4c2a719a3b3a92f9443cb1978788c124a80539"
FIELD = re.compile(r"^  - (Decision|Module|Shown by): ?(.*)$", re.MULTILINE)


@dataclass(frozen=True)
class Box:
    """One box of the page."""

    title: str
    fields: tuple[tuple[str, str], ...]

    def names(self, field: str) -> list[str]:
        """The files that a field names."""
        return re.findall(r"`([^`]+)`", dict(self.fields).get(field, ""))


def boxes(page: str) -> list[Box]:
    parts = re.split(r"^- \*\*", page, flags=re.MULTILINE)[1:]
    return [Box(part.partition("**\n")[0], tuple(FIELD.findall(part))) for part in parts]


def outline_of_page(page: str) -> list[str]:
    """The headings that have boxes, and the boxes' words, in order."""
    found = re.findall(r"^## (.+)$|^- \*\*(.+)\*\*$", page, re.MULTILINE)
    return [heading or title for heading, title in found]


def outline_of_plan(plan: str) -> list[str]:
    found = re.findall(r"^## (.+)$|^\s*- \[.\] (.+)$", plan, re.MULTILINE)
    return [heading or title for heading, title in found]


def lacks(box: Box) -> list[str]:
    """What is wrong with a box: a field that is not there once, is empty, or names nothing."""
    wrong = []
    if [name for name, _ in box.fields] != ["Decision", "Module", "Shown by"]:
        wrong.append("has not the three fields in order")
    if len(dict(box.fields).get("Decision", "").split()) < 5:
        wrong.append("decides nothing")
    wrong += [f"names no {field}" for field in ("Module", "Shown by") if not box.names(field)]
    wrong += [f"no module {name}" for name in box.names("Module") if not is_module(name)]
    wrong += [f"no proof {name}" for name in box.names("Shown by") if not is_proof(name)]
    return wrong


def is_module(name: str) -> bool:
    """Say whether a file of the package, or of the repository, has this name."""
    return any((where / name).is_file() for where in (ROOT, ROOT / "src" / "stillframe"))


def is_proof(name: str) -> bool:
    """Say whether this is a file with tests, a folder that holds some, or a bench."""
    path = ROOT / name
    if name.startswith("bench/"):
        return path.suffix == ".py" and path.is_file()
    if not name.startswith("tests/"):
        return False
    files = path.rglob("test_*.py") if path.is_dir() else [path]
    return any(has_tests(file) for file in files)


def has_tests(file: Path) -> bool:
    named = file.name.startswith("test_") and file.is_file()
    return named and bool(re.search(r"^(def test_|Test\w+ = )", file.read_text(), re.MULTILINE))


def test_every_box_of_the_plan_is_here_word_for_word_in_order() -> None:
    outline = outline_of_page(PAGE)
    assert len(boxes(PAGE)) == BOXES
    assert hashlib.sha256("\n".join(outline).encode()).hexdigest() == DIGEST


def test_the_words_are_the_plan_s() -> None:
    if not PLAN.is_file():
        pytest.skip("the plan does not lie beside this checkout; its digest is tested")
    assert outline_of_page(PAGE) == outline_of_plan(PLAN.read_text())


def test_every_box_has_a_decision_a_module_and_what_shows_it() -> None:
    assert {box.title: lacks(box) for box in boxes(PAGE) if lacks(box)} == {}


WHOLE = {
    "Decision": "Five words say it here.",
    "Module": "`app.py`",
    "Shown by": "`tests/test_app.py`",
}


@pytest.mark.parametrize(
    ("changed", "wrong"),
    [
        ({}, []),
        ({"Decision": ""}, ["decides nothing"]),
        ({"Decision": "To be decided."}, ["decides nothing"]),
        ({"Module": "`nobody.py`"}, ["no module nobody.py"]),
        ({"Module": "`player`"}, ["no module player"]),
        ({"Module": ""}, ["names no Module"]),
        ({"Shown by": "`tests/test_nobody.py`"}, ["no proof tests/test_nobody.py"]),
        ({"Shown by": "`tests/helpers/crew.py`"}, ["no proof tests/helpers/crew.py"]),
        ({"Shown by": "`tests/helpers`"}, ["no proof tests/helpers"]),
        ({"Shown by": "`tests/workers/conformance`"}, []),
        ({"Shown by": "`bench/nobody.py`"}, ["no proof bench/nobody.py"]),
        ({"Shown by": "`bench/soak.py`"}, []),
        ({"Shown by": "`docs/Spec.md`"}, ["no proof docs/Spec.md"]),
    ],
)
def test_a_box_that_lacks_something_is_found(changed: dict[str, str], wrong: list[str]) -> None:
    fields = "\n".join(f"  - {name}: {text}" for name, text in (WHOLE | changed).items())
    (box,) = boxes(f"## Heading\n\n- **A box.**\n{fields}\n")
    assert box.title == "A box."
    assert lacks(box) == wrong


def test_a_box_with_a_field_too_few_is_found() -> None:
    (box,) = boxes("- **A box.**\n  - Module: `app.py`\n  - Shown by: `tests/test_app.py`\n")
    assert lacks(box) == ["has not the three fields in order", "decides nothing"]
