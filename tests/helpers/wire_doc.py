"""Reads `docs/wire/v1.md`: its sections, and the tables in them."""

import os

_DOCUMENT = os.path.join(os.path.dirname(__file__), "..", "..", "docs", "wire", "v1.md")

Row = dict[str, str]


def sections() -> dict[str, list[Row]]:
    """Return the rows of every section's tables, by the section's bare title."""
    with open(_DOCUMENT, encoding="utf-8") as file:
        lines = file.read().splitlines()
    found: dict[str, list[Row]] = {}
    rows: list[Row] = []
    columns: list[str] = []
    for line in lines:
        if line.startswith("#"):
            title = bare(line.lstrip("#"))
            assert title not in found, f"two sections are called {title}"
            rows = found[title] = []
        cells = [cell.strip() for cell in line.strip("|").split("|")] if line[:1] == "|" else []
        if not cells:
            columns = []
        elif not columns:
            columns = cells
        elif set(line) - set("|- "):
            rows.append(dict(zip(columns, cells, strict=True)))
    return found


def bare(cell: str) -> str:
    """Return a cell's text without its quoting."""
    return cell.strip().strip("`")
