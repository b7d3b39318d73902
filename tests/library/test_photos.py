"""What a photo is, and how it is named to people."""

import pytest

from stillframe.contracts.images import Pool
from stillframe.library.photos import Photo


@pytest.mark.parametrize(
    ("path", "name"),
    [
        (b"/p/a.jpg", "/p/a.jpg"),
        ("/p/sommer é.jpg".encode(), "/p/sommer é.jpg"),
        (b"/p/\xff.jpg", "/p/\\xff.jpg"),
        (b"/p/half \xc3", "/p/half \\xc3"),
        (b"/p/two\nlines", "/p/two\\nlines"),
        (b"/p/\x1b[2Jgone", "/p/\\x1b[2Jgone"),
        ("/p/\u202egpj.exe".encode(), "/p/\\u202egpj.exe"),
    ],
)
def test_every_path_has_a_name_of_one_printable_line(path: bytes, name: str) -> None:
    assert Photo(path).name == name
    assert name.isprintable()


@pytest.mark.parametrize(
    "other", [Photo(b"b", 1, 2), Photo(b"a", 9, 2), Photo(b"a", 1, 9), Photo(b"a", 1, 2, Pool.FEED)]
)
def test_another_path_or_another_content_is_another_photo(other: Photo) -> None:
    assert Photo(b"a", 1, 2) == Photo(b"a", 1, 2)
    assert other != Photo(b"a", 1, 2)


def test_a_photo_is_local_unless_it_says_otherwise() -> None:
    assert Photo(b"a").pool is Pool.LOCAL
