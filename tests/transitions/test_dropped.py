"""A dropped file has a name, a key, and asks for an image if it may read one."""

import zlib
from importlib import resources

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillframe.transitions.dropped import BAKED_CAP_BYTES, CLOUDS, dropped, is_whole
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


def test_what_the_compiler_has_written_is_whole() -> None:
    shaders = resources.files("stillframe.transitions") / "shaders"
    baked = [file.read_bytes() for file in shaders.iterdir() if file.name.endswith(".qsb")]
    assert baked
    assert all(map(is_whole, baked))


@given(st.data())
def test_what_was_cut_or_changed_anywhere_is_not(data: st.DataObject) -> None:
    shaders = resources.files("stillframe.transitions") / "shaders"
    baked = (shaders / "crossfade.frag.qsb").read_bytes()
    place = data.draw(st.integers(0, len(baked) - 1))
    byte = bytes([baked[place] ^ data.draw(st.integers(1, 255))])
    assert not is_whole(baked[:place])
    assert not is_whole(baked + byte)
    changed = baked[:place] + byte + baked[place + 1 :]
    # A bit of the packing may be changed without any change of what it packs.
    assert not is_whole(changed) or zlib.decompress(changed[4:]) == zlib.decompress(baked[4:])


@given(st.binary())
def test_no_bytes_of_luck_are_whole(content: bytes) -> None:
    assert not is_whole(content) or content[4:] == zlib.compress(zlib.decompress(content[4:]))


def test_neither_a_huge_file_nor_one_that_becomes_huge_is_taken() -> None:
    empty = zlib.compress(bytes(64 << 20))
    assert not is_whole((64 << 20).to_bytes(4, "big") + empty)
    assert not is_whole((100).to_bytes(4, "big") + empty)
    assert not is_whole(b"x" * (BAKED_CAP_BYTES + 1))
