"""The line of a key is the line on which it stands, however the document is written."""

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillframe.settings.locate import key_lines

# A busy machine may take long over one example; that is no failure.

KEY = ("show", "interval_s")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("[show]\ninterval_s = 1\n", 2),
        ("show.interval_s = 1", 1),
        ("\n\nshow . interval_s=1", 3),
        ("[ show ] # interval_s = 9\n# interval_s = 8\ninterval_s = 1 # why\n", 3),
        ("[show]\r\n\r\ninterval_s = 1\r\n", 3),
        ("[show]\n'interval_s' = 1\n", 2),
        ('[show]\n"interval_s" = 1\n', 2),
        ('["sh\\u006fw"]\n"interval\\u005fs" = 1\n', 2),
        ("show = { interval_s = 1 }\n", 1),
        ("show = { mode = 'fit', interval_s = 1 }\n", 1),
        ('show = { mode = """\nfit""", interval_s = 1 }\n', 2),
        ("show = { x = {}, y = [1, 2], z = { interval_s = 3 }, interval_s = 1 }\n", 1),
        ('[show]\nmode = """\ninterval_s = 2\n"""\ninterval_s = 1\n', 5),
        ("[show]\nmode = '''\ninterval_s = 2\n'''\ninterval_s = 1\n", 5),
        ('[show]\nmode = """a""" # """\ninterval_s = 1\n', 3),
        ('[show]\nmode = """""a"\\"""b"""""\ninterval_s = 1\n', 3),
        ('[show]\nmode = """"""\ninterval_s = 1\n', 3),
        ("[show]\nmode = '''''a''b'''''\ninterval_s = 1\n", 3),
        ('[show]\nmode = "a \\" # [ {"\ninterval_s = 1\n', 3),
        ('show = { mode = """a"""", "interval_s" = 1 }\n', 1),
        ("show = { mode = '''a'''', 'interval_s' = 1 }\n", 1),
        ("[show]\nmode = 'C:\\'\ninterval_s = 1\n", 3),
        ("[show]\nmode = [\n 'a', # ]\n { interval_s = 2 },\n]\ninterval_s = 1\n", 6),
        ("[other]\ninterval_s = 2\n[show]\ninterval_s = 1\n", 4),
        ("[show.deeper]\ninterval_s = 2\n[show]\ninterval_s = 1\n", 4),
        ("[[other]]\ninterval_s = 2\n[[other]]\n[show]\ninterval_s = 1\n", 5),
        ("[show]\nlook_ahead = 2020-01-01T07:32:00+01:00\ninterval_s = 1\n", 3),
        ("[show.interval_s]\nx = 1\n", 1),
        ("[show]\ninterval_s.x = 1\n", 2),
    ],
)
def test_a_key_is_found_on_its_line(text: str, line: int) -> None:
    assert "interval_s" in tomllib.loads(text)["show"]
    assert key_lines(text)[KEY] == line


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# [show]\n# interval_s = 1",
        "[other]\ninterval_s = 1",
        "show = [ { interval_s = 1 } ]",
        "mode = '''\n[show]\ninterval_s = 1\n'''",
        "[show]\nmode = 'interval_s = 1'",
    ],
)
def test_a_key_that_is_not_set_has_no_line(text: str) -> None:
    tomllib.loads(text)
    assert KEY not in key_lines(text)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("\n[show]\n[show.x]\n", 2),
        ("\n[show.x]\n[show]\n", 2),
        ("\n\nshow = 3\n", 3),
        ("\nshow.mode = 3\nshow.look_ahead = 4\n", 2),
        ("\n[[show]]\n[[show]]\n", 2),
    ],
)
def test_a_section_is_found_where_it_is_first_named(text: str, line: int) -> None:
    assert "show" in tomllib.loads(text)
    assert key_lines(text)[("show",)] == line


# Complete statements: any of them may stand before any other without changing its meaning.
FILLERS = [
    "",
    "# wanted = 3",
    "#",
    "   ",
    "{name} = 1",
    "{name} = 'x # y'",
    '{name} = """\nwanted = 1\n[target]\n"""',
    "{name} = '''\n[target]\n  wanted = 4'''",
    "{name} = [\n  1, # ]\n  2,\n]",
    "{name} = {{ wanted = 1, b = [ {{ c = '}}' }} ] }}",
    "{name} = [ [ 'wanted = 3' ], [\n] ]",
    "{name}.deep.'er' = -1.5e-3 # wanted",
    '"{name} = wanted" = true',
    "[{name}]",
    "[[{name}]]\nwanted = 2",
    "[ {name} . 'wanted' ]",
    "[{name}.target]\nwanted = 5",
]
FILLING = st.lists(st.sampled_from(FILLERS), max_size=12)


def filled(fillers: list[str], prefix: str) -> str:
    lines = (filler.format(name=f"{prefix}{n}") + "\n" for n, filler in enumerate(fillers))
    return "".join(lines)


@given(
    above=FILLING,
    between=FILLING,
    below=FILLING,
    target=st.sampled_from(
        ["wanted = 7", "'wanted' = 7", '"want\\u0065d" = 7 # x', "  wanted=7", "wanted.x = 7"]
    ),
    ending=st.sampled_from(["\n", "\r\n"]),
)
def test_the_line_is_right_whatever_stands_around(
    above: list[str], between: list[str], below: list[str], target: str, ending: str
) -> None:
    # A header in between would move the key to another table.
    between = [filler for filler in between if not filler.startswith("[")]
    before = filled(above, "a") + "[target]\n" + filled(between, "b")
    text = (before + target + "\n" + filled(below, "c")).replace("\n", ending)
    assert "wanted" in tomllib.loads(text)["target"]
    assert key_lines(text)[("target", "wanted")] == before.count("\n") + 1


@given(st.text(alphabet="ab.= \n[]{},#'\"\\", max_size=200))
def test_any_text_gets_an_answer_and_a_valid_one_gets_every_key(text: str) -> None:
    lines = key_lines(text)
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return
    wanted: set[tuple[str, ...]] = {(section,) for section in document}
    for section, table in document.items():
        if isinstance(table, dict):
            wanted |= {(section, name) for name in table}
    assert wanted <= set(lines)
    assert all(1 <= line <= text.count("\n") + 1 for line in lines.values())
