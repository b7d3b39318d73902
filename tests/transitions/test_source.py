"""The text that the baker gets."""

from stillframe.transitions.model import Kind, Parameter, Transition
from stillframe.transitions.source import offset_lines, whole_source

MANY = Transition(
    id="many",
    name="Many",
    summary="a test",
    default_duration_s=1,
    parameters=(
        Parameter(name="soft", kind=Kind.NUMBER, default=0.5, help="how soft"),
        Parameter(name="pieces", kind=Kind.INTEGER, default=1, help="how many"),
        Parameter(name="glow", kind=Kind.COLOUR, default="#ffffff", help="the glow"),
    ),
)


def test_each_parameter_has_its_name_where_it_is_packed() -> None:
    text = whole_source(MANY, "", "BODY\n")
    assert "#define soft (p0.x)\n" in text
    assert "#define pieces (int(p0.y + 0.5))\n" in text
    assert "#define glow (p1)\n" in text


def test_the_lines_before_the_body_are_counted() -> None:
    lines = whole_source(MANY, "// one\n// two\n", "BODY\n").splitlines()
    assert lines[offset_lines(MANY, "// one\n// two\n")] == "BODY"
