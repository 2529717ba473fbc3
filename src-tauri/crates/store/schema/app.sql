CREATE TABLE api_token (
    id             INTEGER PRIMARY KEY AUTOINCREMENT CHECK (id BETWEEN 1 AND 4294967295),
    hash           BLOB    NOT NULL UNIQUE CHECK (length(hash) = 32),
    name           TEXT    NOT NULL,
    role           TEXT    NOT NULL CHECK (role IN ('viewer', 'operator', 'admin')),
    user           INTEGER REFERENCES user (id) ON DELETE CASCADE, -- who made it; it never may more than they
    is_scoped      INTEGER NOT NULL CHECK (is_scoped IN (0, 1)), -- 1: only the projects named below, even when none is left
    created_at_ms  INTEGER NOT NULL,
    expires_at_ms  INTEGER,
    used_at_ms     INTEGER
) STRICT;

CREATE INDEX api_token_user ON api_token (user);

CREATE TABLE api_token_project (
    token          INTEGER NOT NULL REFERENCES api_token (id) ON DELETE CASCADE,
    project        INTEGER NOT NULL REFERENCES project (id) ON DELETE CASCADE,
    PRIMARY KEY (token, project)
) STRICT, WITHOUT ROWID;

CREATE INDEX api_token_project_project ON api_token_project (project);

CREATE TABLE device (
    id             INTEGER PRIMARY KEY AUTOINCREMENT CHECK (id BETWEEN 1 AND 4294967295),
    user           INTEGER REFERENCES user (id) ON DELETE CASCADE,
    role           TEXT    NOT NULL CHECK (role IN ('viewer', 'operator', 'admin')), -- the most it may do; its user's may be less
    name           TEXT    NOT NULL,
    address        TEXT    NOT NULL,
    created_at_ms  INTEGER NOT NULL,
    seen_at_ms     INTEGER NOT NULL,
    expires_at_ms  INTEGER NOT NULL
) STRICT;

CREATE INDEX device_expiry ON device (expires_at_ms);

CREATE INDEX device_user ON device (user);

CREATE TABLE invitation (
    hash           BLOB    NOT NULL PRIMARY KEY CHECK (length(hash) = 32),
    purpose        TEXT    NOT NULL CHECK (purpose IN ('setup', 'pairing')),
    role           TEXT    NOT NULL CHECK (role IN ('viewer', 'operator', 'admin')),
    user           INTEGER REFERENCES user (id) ON DELETE CASCADE,
    expires_at_ms  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX invitation_expiry ON invitation (expires_at_ms);

CREATE INDEX invitation_user ON invitation (user);

CREATE TABLE project (
    id            INTEGER PRIMARY KEY AUTOINCREMENT CHECK (id BETWEEN 1 AND 4294967295), -- never reused: it names a directory
    name          TEXT    NOT NULL UNIQUE CHECK (trim(name) <> ''),
    path          TEXT    NOT NULL UNIQUE CHECK (path <> ''),
    settings      TEXT    NOT NULL DEFAULT '{}' CHECK (json_valid(settings)),
    created_at_ms INTEGER NOT NULL,
    opened_at_ms  INTEGER NOT NULL
) STRICT;

CREATE TABLE refresh_token (
    hash           BLOB    NOT NULL PRIMARY KEY CHECK (length(hash) = 32),
    device         INTEGER NOT NULL REFERENCES device (id) ON DELETE CASCADE,
    spent_at_ms    INTEGER -- none: it is the device's present one
) STRICT, WITHOUT ROWID;

CREATE INDEX refresh_token_device ON refresh_token (device);

CREATE TABLE setting (
    key  TEXT NOT NULL PRIMARY KEY,
    json TEXT NOT NULL CHECK (json_valid(json))
) STRICT, WITHOUT ROWID;

CREATE TABLE user (
    id             INTEGER PRIMARY KEY AUTOINCREMENT CHECK (id BETWEEN 1 AND 4294967295),
    name           TEXT    NOT NULL CHECK (name <> ''),
    name_key       TEXT    NOT NULL UNIQUE, -- the name as it is compared
    role           TEXT    NOT NULL CHECK (role IN ('viewer', 'operator', 'admin')),
    scheme         TEXT    NOT NULL CHECK (scheme IN ('argon2id', 'bcrypt')), -- bcrypt: imported, until the next sign-in
    password       TEXT    NOT NULL CHECK (password <> ''),
    created_at_ms  INTEGER NOT NULL
) STRICT;

CREATE INDEX user_admin ON user (id) WHERE role = 'admin';

CREATE INDEX user_imported ON user (id) WHERE scheme = 'bcrypt';

