"""What is not well-formed is read as far as it goes."""

from reading import channel, read, urls


def test_a_feed_that_is_cut_off_gives_what_came() -> None:
    whole = channel(*(f'<enclosure url="/{n}.jpg" type="image/jpeg"/>' for n in range(3)))
    cut = whole[: whole.index("/2.jpg")]
    assert urls(read(cut)) == [f"https://site.example/{n}.jpg" for n in range(2)]


def test_an_ampersand_alone_and_an_unknown_entity_are_borne() -> None:
    body = channel('<title>Fish & chips &nbsp;</title><enclosure url="/a.jpg" type="image/jpeg"/>')
    (item,) = read(body).items
    assert item.title == "Fish & chips"


def test_media_and_pictures_in_text_are_found_too() -> None:
    media = '<media:content url="https://a.example/m.jpg" medium="image" width="900" height="600"/>'
    text = "<description>& &lt;img src='https://a.example/d.jpg'&gt;</description>"
    assert urls(read(channel(media + "<title>&</title>", text))) == [
        "https://a.example/m.jpg",
        "https://a.example/d.jpg",
    ]


def test_words_in_brackets_are_no_feed() -> None:
    assert read("<hello>world").problem == "not-feed"
