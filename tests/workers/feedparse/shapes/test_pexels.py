"""Pexels' photos."""

from reading import read_json, urls


def test_the_original_is_taken() -> None:
    photo = {
        "width": 6000,
        "height": 4000,
        "url": "https://www.pexels.com/photo/1/",
        "photographer": "A. Painter",
        "alt": "Fog",
        "src": {
            "original": "https://images.pexels.com/photos/1/fog.jpeg",
            "large2x": "https://images.pexels.com/photos/1/fog.jpeg?w=940",
        },
    }
    reading = read_json({"photos": [photo], "page": 1})
    assert urls(reading) == ["https://images.pexels.com/photos/1/fog.jpeg"]
    assert reading.items[0].author == "A. Painter"
