"""Which loop a person is pointed at."""

import pytest

from shaders_to_try import ENDLESS, ENDLESS_LINE, FINE, slow
from stillframe.transitions.glsl.loops import line_of_longest_loop


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (FINE, 0),
        (ENDLESS, ENDLESS_LINE),
        (slow(7), 3),
        ("\nfor (;;) {}\nfor (int i = 0; i < 9; i++) {}", 2),
        ("for (int i = 0; i < 9; i++) {}\nwhile (true) {}", 2),
        ("for (int i = 0; i < n; i++) {}\nwhile (x < 1e6) {}", 2),
        ("for (int i = 0; i < n; i++) {}\nfor (int j = 0; j < n; j++) {}", 1),
        ("do {\n x++; } while (x < 4.0);", 2),
        ("#define L for (;;)\n/* while (true) */", 0),
        ("for (int i = 0", 1),
        ("for (int i = 0x10; i < 20u; i++) {}", 1),
        ("\x00", 0),
    ],
)
def test_the_loop_that_names_the_largest_number_or_no_end(text: str, line: int) -> None:
    assert line_of_longest_loop(text) == line
