"""A dropped file has a name, a key, and asks for an image if it may read one."""

import pytest

from stillframe.transitions.dropped import CLOUDS, dropped
from stillframe.transitions.glsl.tokens import ShaderRefusedError


def test_a_file_is_a_transition_of_its_own_kind() -> None:
    found = dropped("Box-2_b.glsl", "text", "prelude")
    assert (found.transition.id, found.transition.name) == ("gl-box-2_b", "Box-2_b")
    assert found.transition.table is None
    assert found.text == "text"


def test_one_that_may_read_an_image_gets_it() -> None:
    transition = dropped("a.glsl", "uniform sampler2D luma;", "").transition
    assert transition.table is not None
    assert transition.bake == CLOUDS.id


def test_the_key_is_that_of_the_text_and_of_what_stands_before_it() -> None:
    key = dropped("a.glsl", "text", "prelude").key
    assert dropped("b.glsl", "text", "prelude").key == key
    others = [("text2", "prelude"), ("text", "prelude2"), ("xt", "preludete"), ("", "")]
    assert len({key, *(dropped("a.glsl", *other).key for other in others)}) == 5
    assert set(key) <= set("0123456789abcdef")


@pytest.mark.parametrize(
    "name",
    [
        "",
        ".glsl",
        "a.frag",
        "../a.glsl",
        "a.b.glsl",
        "a b.glsl",
        "é.glsl",
        "-.glsl",
        "a" * 49 + ".glsl",
    ],
)
def test_a_name_that_names_no_transition_is_refused(name: str) -> None:
    with pytest.raises(ShaderRefusedError, match="call it such as"):
        dropped(name, "text", "prelude")
