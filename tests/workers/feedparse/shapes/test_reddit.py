"""Reddit's listings."""

from typing import Any

from reading import drops, read_json, urls


def listing(*posts: dict[str, Any]) -> dict[str, Any]:
    children = [{"kind": "t3", "data": {"permalink": "/r/x/1/", **post}} for post in posts]
    return {"kind": "Listing", "data": {"children": children}}


PREVIEW = {
    "images": [
        {"source": {"url": "https://p.example/a.jpg?w=1&amp;s=2", "width": 4000, "height": 3000}}
    ]
}


def test_the_linked_picture_goes_before_the_preview() -> None:
    post = {
        "title": "Fog",
        "author": "someone",
        "created_utc": 1_793_610_000.0,
        "url_overridden_by_dest": "https://i.example/a.jpg",
        "preview": PREVIEW,
    }
    (item,) = read_json(listing(post)).items
    assert (item.url, item.width, item.ts_s) == ("https://i.example/a.jpg", 4000, 1_793_610_000)
    assert (item.title, item.author) == ("Fog", "someone")


def test_a_preview_is_unescaped() -> None:
    post = {"url": "https://site.example/page", "preview": PREVIEW}
    assert urls(read_json(listing(post))) == ["https://p.example/a.jpg?w=1&s=2"]


def test_a_gallery_is_as_many_items() -> None:
    post = {
        "gallery_data": {"items": [{"media_id": "b"}, {"media_id": "a"}, {"media_id": "gone"}]},
        "media_metadata": {
            name: {"s": {"u": f"https://p.example/{name}.jpg?x=1&amp;y=2", "x": 2000, "y": 1000}}
            for name in "ab"
        },
    }
    assert urls(read_json(listing(post))) == [
        "https://p.example/b.jpg?x=1&y=2",
        "https://p.example/a.jpg?x=1&y=2",
    ]


def test_what_is_not_for_everybody_or_is_text_is_left_out() -> None:
    picture = "https://i.example/a.jpg"
    posts = (
        {"over_18": True, "url": picture},
        {"removed_by_category": "moderator", "url": picture},
        {"spoiler": True, "url": picture},
        {"is_self": True, "url": picture, "preview": PREVIEW},
        {"url": "https://site.example/page"},
    )
    reading = read_json(listing(*posts))
    assert reading.items == ()
    assert {reason for _, reason in drops(reading)} == {"no-image"}
    assert len(reading.dropped) == 5


def test_a_page_of_comments_begins_with_a_listing() -> None:
    assert urls(read_json([listing({"url": "https://i.example/a.png"}), {}])) == [
        "https://i.example/a.png"
    ]
