-- Pictures that a person put on cards; the bytes lie beside the database, under their digest.
CREATE TABLE feature_image (
    id         INTEGER PRIMARY KEY AUTOINCREMENT CHECK (id BETWEEN 1 AND 4294967295),
    feature_id INTEGER NOT NULL, -- no reference: a card that comes back has its pictures again
    name       TEXT    NOT NULL,
    media_type TEXT    NOT NULL CHECK (media_type IN ('image/png', 'image/jpeg', 'image/gif', 'image/webp')),
    sha256     TEXT    NOT NULL CHECK (length(sha256) = 64),
    bytes      INTEGER NOT NULL CHECK (bytes > 0),
    at_ms      INTEGER NOT NULL
) STRICT;

CREATE INDEX feature_image_of ON feature_image (feature_id, id);
