"""The names of cached frames: two shapes, and what a profile adds."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillframe.cache.keys import is_scaled, photo_of, raw_key, scaled_key
from stillframe.contracts.caps import KEY_CAP_BYTES, PATH_CAP_BYTES, SIDE_CAP_PX
from stillframe.contracts.images import Colour, Mode, Profile
from stillframe.contracts.pixels import Size

HD = Size(1920, 1080)
PROFILES = [
    Profile(mode=mode, sharpen=sharpen, colour=colour)
    for mode, sharpen, colour in itertools.product(Mode, (False, True), Colour)
]


@pytest.mark.parametrize("path", [b"/p/a.jpg", b"\xff\xfe", b"with|pipe", "é".encode()])
def test_a_raw_key_is_the_path(path: bytes) -> None:
    assert raw_key(path) == path
    assert not is_scaled(raw_key(path))


@pytest.mark.parametrize(
    ("profile", "key"),
    [
        (Profile(), b"/p/\xff.jpg|scaled:1920x1080"),
        (Profile(mode=Mode.FIT), b"/p/\xff.jpg|scaled:1920x1080|fit"),
        (Profile(mode=Mode.SHRINK), b"/p/\xff.jpg|scaled:1920x1080|shrink"),
        (Profile(sharpen=True), b"/p/\xff.jpg|scaled:1920x1080|sharpen"),
        (Profile(colour=Colour.AS_IS), b"/p/\xff.jpg|scaled:1920x1080|as-is"),
        (
            Profile(mode=Mode.FIT, sharpen=True, colour=Colour.AS_IS),
            b"/p/\xff.jpg|scaled:1920x1080|fit|sharpen|as-is",
        ),
    ],
)
def test_a_scaled_key_is_path_and_size_and_what_the_profile_changes(
    profile: Profile, key: bytes
) -> None:
    assert scaled_key(b"/p/\xff.jpg", HD, profile) == key
    assert is_scaled(key)


@given(
    paths=st.lists(st.binary(min_size=1, max_size=6), min_size=2, max_size=2),
    sizes=st.lists(
        st.builds(Size, st.integers(1, 120), st.integers(1, 120)), min_size=2, max_size=2
    ),
    profiles=st.lists(st.sampled_from(PROFILES), min_size=2, max_size=2),
)
def test_two_frames_share_a_key_only_if_they_are_the_same_frame(
    paths: list[bytes], sizes: list[Size], profiles: list[Profile]
) -> None:
    left, right = zip(paths, sizes, profiles, strict=True)
    assert (scaled_key(*left) == scaled_key(*right)) == (left == right)


@pytest.mark.parametrize("path", [b"/p/a.jpg", b"/p/\xff", b"/p/a|scaled:1x1", b"|scaled:"])
@pytest.mark.parametrize("profile", PROFILES)
def test_a_scaled_key_says_whose_it_is(path: bytes, profile: Profile) -> None:
    assert photo_of(scaled_key(path, HD, profile)) == path


def test_a_key_without_a_size_is_the_path_itself() -> None:
    assert photo_of(raw_key(b"/p/a.jpg")) == b"/p/a.jpg"


def test_the_longest_key_still_fits_a_message() -> None:
    longest = Profile(mode=Mode.SHRINK, sharpen=True, colour=Colour.AS_IS)
    key = scaled_key(bytes(PATH_CAP_BYTES), Size(SIDE_CAP_PX, SIDE_CAP_PX), longest)
    assert len(key) <= KEY_CAP_BYTES
