"""A compiler's words in a person's lines."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillframe.transitions.glsl.complaints import Complaint, complaint_of

SAID = (
    "QSpirvCompiler: Failed to parse shader\n"
    "Shader baking failed: ERROR: :63: 'user_seed' : undeclared identifier \n"
    "ERROR: :64: '' : compilation terminated \n"
)


@pytest.mark.parametrize(
    ("said", "line", "cause"),
    [
        (SAID, 13, "'seed' : undeclared identifier"),
        ("ERROR: :51: '' : syntax error", 1, "'' : syntax error"),
        ("ERROR: name.frag:70: 'x' : redefinition", 20, "'x' : redefinition"),
        # Found after the file, it is missing at its end; found before it, the file cannot show it.
        ("ERROR: :99: '' : unexpected end", 20, "'' : unexpected end"),
        ("ERROR: :2: '' : odd", 1, "'' : odd"),
        ("cannot open\n  the file", 0, "cannot open the file"),
        ("", 0, "no reason was given"),
    ],
)
def test_the_first_error_is_told_by_the_line_of_the_file(said: str, line: int, cause: str) -> None:
    found = complaint_of(said, offset_lines=50, lines=20, names={"user_seed": "seed"})
    assert found == Complaint(line, cause)
    assert str(found) == (f"line {line}: {cause}" if line else cause)


@given(st.text() | st.from_regex(r"ERROR: :[0-9]+: .*"))
def test_whatever_is_said_becomes_one_line(said: str) -> None:
    found = complaint_of(said, offset_lines=50, lines=20, names={})
    assert 0 <= found.line <= 20
    assert len(found.cause.splitlines()) <= 1
    assert len(found.cause) <= 400
