"""Any JSON: what is where, a person has said."""

from stillframe.contracts.feeds import FeedKind, JsonFields
from stillframe.workers.feedparse.document import About, Entry, Found, Json, Picture
from stillframe.workers.feedparse.values import along, pixels, text, when


def recognises(document: Json, about: About) -> bool:
    """Say whether a person has said where."""
    del document
    return about.source.kind is FeedKind.JSON and about.source.fields is not None


def read(document: Json, about: About) -> Found:
    """Return the items that the paths lead to."""
    fields = about.source.fields or JsonFields()
    listed = along(document, fields.items) if fields.items else iter([document])
    return Found(_entry(item, fields) for item in listed)


def _entry(item: Json, fields: JsonFields) -> Entry:
    size = pixels(_first(item, fields.width)), pixels(_first(item, fields.height))
    urls = along(item, fields.url) if fields.url else iter([item])
    return Entry(
        tuple(Picture(text(url), 0, *size) for url in urls),
        title=text(_first(item, fields.title)),
        when=when(_first(item, fields.ts)),
        author=text(_first(item, fields.author)),
        license=text(_first(item, fields.license)),
    )


def _first(item: Json, path: str) -> Json:
    return next(along(item, path), None) if path else None
