"""The pages on decisions: numbered without a gap, and each listed by its title."""

import re
from pathlib import Path

FOLDER = Path(__file__).parents[2] / "docs" / "decisions"
LIST = (FOLDER / "README.md").read_text()


def pages() -> dict[str, str]:
    """The title of each page by the name of its file."""
    return {
        path.name: path.read_text().partition("\n")[0].removeprefix("# ")
        for path in sorted(FOLDER.glob("[0-9]*.md"))
    }


def test_pages_are_numbered_without_a_gap_and_say_their_number() -> None:
    numbers = [f"{number:04}" for number in range(1, len(pages()) + 1)]
    assert [name[:4] for name in pages()] == numbers
    assert [title[:4] for title in pages().values()] == numbers


def test_every_page_is_listed_once_by_its_title_in_order() -> None:
    listed = re.findall(r"^- \[(\d+)\]\((\S+)\) (.+)$", LIST, re.MULTILINE)
    assert [(name, f"{number} {title}") for number, name, title in listed] == list(pages().items())


def test_every_page_says_more_than_its_title() -> None:
    for name in pages():
        _, _, text = (FOLDER / name).read_text().partition("\n")
        assert len(text.split()) > 40, name
