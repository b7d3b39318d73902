"""NASA's Astronomy Picture of the Day."""

from reading import drops, read_json, urls

DAY = {
    "date": "2026-11-02",
    "title": "A Nebula",
    "media_type": "image",
    "url": "https://apod.nasa.gov/apod/image/a_1024.jpg",
    "hdurl": "https://apod.nasa.gov/apod/image/a.jpg",
    "copyright": "\nA. Painter\n",
}


def test_one_day_or_several() -> None:
    reading = read_json(DAY)
    assert urls(reading) == ["https://apod.nasa.gov/apod/image/a.jpg"]
    (item,) = reading.items
    assert (item.title, item.author, item.ts_s) == ("A Nebula", "A. Painter", 1_793_577_600)
    assert urls(read_json([DAY, {**DAY, "hdurl": "https://apod.nasa.gov/b.jpg"}])) == [
        "https://apod.nasa.gov/apod/image/a.jpg",
        "https://apod.nasa.gov/b.jpg",
    ]


def test_without_the_large_one_the_other_is_taken_and_a_film_is_not() -> None:
    film = {**DAY, "media_type": "video", "url": "https://www.youtube.com/embed/x"}
    small = {key: value for key, value in DAY.items() if key != "hdurl"}
    reading = read_json([film, small])
    assert urls(reading) == ["https://apod.nasa.gov/apod/image/a_1024.jpg"]
    assert drops(reading) == [("https://www.youtube.com/embed/x", "no-image")]
