"""NASA's Astronomy Picture of the Day, one or several; its image of the day is RSS."""

from stillframe.contracts.feeds import DropReason
from stillframe.workers.feedparse.document import About, Entry, Found, Json, Picture
from stillframe.workers.feedparse.values import get, items, text


def _days(document: Json) -> list[Json]:
    return items(document) if isinstance(document, list) else [document]


def recognises(document: Json, about: About) -> bool:
    """Say whether it is a day, or a list of days."""
    del about
    days = _days(document)
    first = get(days[0]) if days else None
    return bool(text(first, "media_type") and text(first, "date") and text(first, "url"))


def read(document: Json, about: About) -> Found:
    """Return the days whose picture is one."""
    del about
    return Found(map(_entry, _days(document)), title="Astronomy Picture of the Day")


def _entry(day: Json) -> Entry:
    if text(day, "media_type") != "image":
        return Entry(link=text(day, "url"), left_out=DropReason.NO_IMAGE)
    return Entry(
        (Picture(text(day, "hdurl"), 0), Picture(text(day, "url"), 1)),
        title=text(day, "title"),
        when=text(day, "date"),
        author=text(day, "copyright"),
    )
