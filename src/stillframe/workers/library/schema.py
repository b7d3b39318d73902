"""The index's file: its tables.

Role: says what the database is made of. Counterpart: `workers.database` opens it;
`workers.library.index` asks and fills it.
"""

from typing import Final

from stillframe.workers.database import Blueprint, Opened, open_database

VERSION: Final = 1
_TABLES: Final = """
CREATE TABLE state (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO state VALUES ('seq', 0), ('round', 1);
CREATE TABLE roots (id INTEGER PRIMARY KEY, path BLOB NOT NULL UNIQUE);
CREATE TABLE folders (
    id INTEGER PRIMARY KEY,
    root INTEGER NOT NULL REFERENCES roots,
    path BLOB NOT NULL,
    mtime_ns INTEGER NOT NULL,
    walk INTEGER NOT NULL,          -- the last walk of the root that came by
    UNIQUE (root, path)
);
CREATE TABLE photos (
    id INTEGER PRIMARY KEY,
    root INTEGER NOT NULL REFERENCES roots,
    folder INTEGER NOT NULL REFERENCES folders,
    path BLOB NOT NULL,
    size_bytes INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL,
    inode INTEGER NOT NULL,
    gone INTEGER NOT NULL DEFAULT 0,
    seq INTEGER NOT NULL,           -- rises with every change that a show must hear of
    draw INTEGER NOT NULL,          -- at random: the order in which a shuffled show hears of it
    round INTEGER NOT NULL DEFAULT 0, -- in which it was shown last
    sort_name BLOB NOT NULL,
    when_ns INTEGER NOT NULL,       -- of capture, as far as known; else of change
    header INTEGER NOT NULL DEFAULT 0,
    format TEXT NOT NULL DEFAULT '',
    width INTEGER NOT NULL DEFAULT 0,   -- upright, as the height
    height INTEGER NOT NULL DEFAULT 0,
    orientation INTEGER NOT NULL DEFAULT 1,
    taken_s INTEGER,
    camera TEXT NOT NULL DEFAULT '',
    latitude REAL,
    longitude REAL,
    rating INTEGER NOT NULL DEFAULT 0,
    burst INTEGER NOT NULL DEFAULT 0, -- how many of the same second and camera came before
    fault TEXT NOT NULL DEFAULT '',
    UNIQUE (root, path)
);
CREATE INDEX photos_by_folder ON photos (folder);
CREATE INDEX photos_by_seq ON photos (seq);
CREATE INDEX photos_by_draw ON photos (root, draw);
CREATE INDEX photos_by_name ON photos (root, sort_name);
CREATE INDEX photos_by_when ON photos (root, when_ns);
CREATE INDEX photos_by_change ON photos (root, mtime_ns);
CREATE INDEX photos_by_burst ON photos (camera, taken_s) WHERE taken_s IS NOT NULL;
CREATE INDEX photos_unread ON photos (root) WHERE header <= 0 AND gone = 0;
CREATE TABLE keywords (
    photo INTEGER NOT NULL REFERENCES photos,
    word TEXT NOT NULL,             -- in lower case
    PRIMARY KEY (photo, word)
) WITHOUT ROWID;
"""
INDEX: Final = Blueprint(
    name="index",
    version=VERSION,
    tables=_TABLES,
    probe="SELECT count(*) FROM (SELECT 1 FROM photos LIMIT 1)",
)


def open_index(path: str) -> Opened:
    """Open the index at `path`, "" for one in memory; make it, or a substitute, if need be."""
    return open_database(path, INDEX)
