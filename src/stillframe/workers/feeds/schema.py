"""The mirror's database: its tables.

Role: says what the database is made of. Counterpart: `workers.database` opens it;
`workers.feeds.mirror` asks and fills it. A row of `images` is a file in the mirror's folder; a row
of `sightings` is where a feed named it, so that two feeds never share what they say of one image.
"""

from typing import Final

from stillframe.workers.database import Blueprint

_TABLES: Final = """
CREATE TABLE state (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO state VALUES ('seq', 0);
CREATE TABLE images (
    name TEXT PRIMARY KEY,          -- of the file: a hash of its contents, and its format
    size_bytes INTEGER NOT NULL,
    kept_s REAL NOT NULL,
    expires_s REAL NOT NULL,
    seq INTEGER NOT NULL,           -- rises with every change that a show must hear of
    gone INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE TABLE sightings (
    feed TEXT NOT NULL,
    url TEXT NOT NULL,
    name TEXT NOT NULL,             -- of the file, empty for one that was refused
    seen_s REAL NOT NULL,
    metadata BLOB NOT NULL,
    PRIMARY KEY (feed, url)
) WITHOUT ROWID;
CREATE INDEX sightings_by_name ON sightings (name);
CREATE INDEX sightings_by_url ON sightings (url);
CREATE TABLE feeds (url TEXT PRIMARY KEY, record BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE holds (host TEXT PRIMARY KEY, until_s REAL NOT NULL) WITHOUT ROWID;
"""
MIRROR: Final = Blueprint(
    name="feeds' index",
    version=1,
    tables=_TABLES,
    probe="SELECT count(*) FROM (SELECT 1 FROM images LIMIT 1)",
)
