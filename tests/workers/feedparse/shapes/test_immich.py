"""An Immich server's assets."""

from typing import Any

import pytest

from reading import read_json, urls
from stillframe.contracts.feeds import FeedKind

SERVER = "https://photos.home.example/api/search/random"
NUMBER = "4a2f3d1c-9d2f-4b9f-8a65-0c5f2b1d7e11"


def asset(**fields: Any) -> dict[str, Any]:
    return {"id": NUMBER, "type": "IMAGE", "originalFileName": "IMG_1.HEIC", **fields}


@pytest.mark.parametrize(
    "wrap",
    [lambda one: [one], lambda one: {"assets": [one]}, lambda one: {"assets": {"items": [one]}}],
)
def test_a_choice_an_album_and_a_search(wrap: Any) -> None:
    exif = {"description": "Fog", "exifImageWidth": 4000, "exifImageHeight": 3000}
    shot = asset(exifInfo=exif, localDateTime="2026-11-02T10:00:00.000Z")
    (item,) = read_json(wrap(shot), SERVER, kind=FeedKind.IMMICH).items
    full = f"https://photos.home.example/api/assets/{NUMBER}/thumbnail?size=fullsize"
    assert (item.url, item.title, item.width) == (full, "Fog", 4000)
    assert item.ts_s == 1_793_613_600


@pytest.mark.parametrize(
    "fields",
    [
        {"type": "VIDEO"},
        {"isTrashed": True},
        {"id": "../../admin"},
        {"id": NUMBER + "/x"},
        {"id": 5},
    ],
)
def test_films_rubbish_and_odd_numbers_are_left_out(fields: dict[str, Any]) -> None:
    assert urls(read_json([asset(**fields)], SERVER, kind=FeedKind.IMMICH)) == []


def test_only_a_person_says_that_a_server_is_one() -> None:
    assert read_json([asset()], SERVER).problem == "not-feed"
