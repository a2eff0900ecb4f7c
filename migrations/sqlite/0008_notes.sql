-- The pair of ../postgres/0008_notes.sql: a test holds both to the same tables, columns and keys.

-- What an adapter has to know again after a restart: where a connection stood, how long to be silent, the short-lived
-- keys by which something that somebody did is answered. Never what people wrote.
CREATE TABLE notes (
    platform   TEXT    NOT NULL,
    name       TEXT    NOT NULL,
    text       TEXT    NOT NULL,
    kept_until INTEGER NOT NULL,
    PRIMARY KEY (platform, name)
) STRICT;

CREATE INDEX notes_by_age ON notes (kept_until);
