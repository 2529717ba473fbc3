-- The registry of projects, and the settings. Times are UTC, in milliseconds since 1970.

CREATE TABLE project (
    id            INTEGER PRIMARY KEY AUTOINCREMENT CHECK (id BETWEEN 1 AND 4294967295), -- never reused: it names a directory
    name          TEXT    NOT NULL UNIQUE CHECK (trim(name) <> ''),
    path          TEXT    NOT NULL UNIQUE CHECK (path <> ''),
    settings      TEXT    NOT NULL DEFAULT '{}' CHECK (json_valid(settings)),
    created_at_ms INTEGER NOT NULL,
    opened_at_ms  INTEGER NOT NULL
) STRICT;

CREATE TABLE setting (
    key  TEXT NOT NULL PRIMARY KEY,
    json TEXT NOT NULL CHECK (json_valid(json))
) STRICT, WITHOUT ROWID;
