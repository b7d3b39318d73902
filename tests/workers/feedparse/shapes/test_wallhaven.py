"""Wallhaven's search."""

from reading import read_json, urls


def test_results_have_paths_and_sizes() -> None:
    result = {
        "id": "abc",
        "url": "https://wallhaven.cc/w/abc",
        "path": "https://w.wallhaven.cc/full/ab/abc.jpg",
        "dimension_x": 3840,
        "dimension_y": 2160,
        "created_at": "2026-11-02 10:00:00",
    }
    small = {**result, "path": "https://w.wallhaven.cc/s.jpg", "dimension_x": 300, "dimension_y": 9}
    reading = read_json({"data": [result, small], "meta": {}})
    assert urls(reading) == ["https://w.wallhaven.cc/full/ab/abc.jpg"]
    (item,) = reading.items
    assert (item.width, item.height, item.ts_s) == (3840, 2160, 1_793_613_600)
    assert [drop.reason.value for drop in reading.dropped] == ["too-small"]
