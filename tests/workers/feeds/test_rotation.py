"""What leaves the mirror, and what never does."""

from hypothesis import given
from hypothesis import strategies as st

from stillframe.workers.feeds.rotation import Caps, Kept, leaving

NOW = 1_000_000.0
CAPS = Caps(min_images=2, max_images=5, max_bytes=1000, max_age_s=500_000.0)


def kept(name: str, age_s: float, *, left_s: float = 100.0, size_bytes: int = 10) -> Kept:
    return Kept(name, size_bytes, NOW - age_s, NOW + left_s)


def names(images: list[Kept], *, added: int = 0, wanted: str = "", caps: Caps = CAPS) -> str:
    return "".join(image.name for image in leaving(images, caps, wanted, NOW, added=added))


def test_within_its_caps_a_mirror_is_left_alone() -> None:
    assert names([kept(name, 10) for name in "abcde"], added=3) == ""


def test_over_the_count_the_oldest_leave() -> None:
    ages = {"a": 30, "b": 50, "c": 10, "d": 40, "e": 20, "f": 60, "g": 5}
    assert names([kept(name, age) for name, age in ages.items()]) == "fb"


def test_what_has_expired_leaves_before_what_is_older() -> None:
    images = [kept("old", 900), *(kept(name, 10) for name in "abcd"), kept("x", 5, left_s=-1)]
    assert names(images) == "x"


def test_at_the_cap_a_new_image_replaces_an_old_one() -> None:
    assert names([kept(n, 10 * i) for i, n in enumerate("abcdef")], added=1) == "f"


def test_expired_images_stay_until_others_have_come() -> None:
    images = [kept(name, 10 * i, left_s=-1) for i, name in enumerate("abcd")]
    assert names(images) == ""
    assert names(images, added=1) == "d"
    assert names(images, added=9) == "dc", "two always stay"


def test_over_its_bytes_a_mirror_is_brought_well_below() -> None:
    images = [kept(name, 10 * i, size_bytes=300) for i, name in enumerate("abcd")]
    assert names(images) == "dc", "600 is the first that is at most 800"


def test_what_is_on_screen_stays_whatever_happens() -> None:
    images = [kept(name, 10 * i, left_s=-1) for i, name in enumerate("abcdefg")]
    assert names(images, wanted="gf") == "ed"


def test_too_old_is_expired() -> None:
    images = [*(kept(name, 10) for name in "abcd"), kept("x", 600_000, left_s=1e9)]
    assert names(images, added=1) == "x"


def test_an_image_from_the_future_is_the_first_to_leave() -> None:
    images = [*(kept(name, 10) for name in "abcde"), kept("x", -5000, left_s=9000)]
    assert names(images) == "x"


images_of_any_kind = st.lists(
    st.builds(
        Kept,
        st.text("abcdefghijklmnop", min_size=1, max_size=3),
        st.integers(0, 2000),
        st.floats(0, 2 * NOW),
        st.floats(0, 2 * NOW),
    ),
    max_size=12,
    unique_by=lambda image: image.name,
)


@given(images_of_any_kind, st.sets(st.text("abcdefghijklmnop", max_size=3)), st.integers(0, 20))
def test_whatever_the_mirror_holds(images: list[Kept], wanted: set[str], added: int) -> None:
    gone = leaving(images, CAPS, wanted, NOW, added=added)
    stays = set(images) - set(gone)
    assert len(gone) == len(set(gone))
    assert set(gone) <= set(images)
    assert not {image.name for image in gone} & wanted
    assert len(stays) >= min(CAPS.min_images, len(images))
    free = [image for image in stays if image.name not in wanted]
    if len(stays) > CAPS.max_images:
        assert not free or len(stays) <= CAPS.min_images
    within = len(images) <= CAPS.max_images and sum(i.size_bytes for i in images) <= CAPS.max_bytes
    if within:
        assert len(gone) <= added
