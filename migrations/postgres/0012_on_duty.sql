-- The pair of ../sqlite/0012_on_duty.sql: a test holds both to the same tables, columns and keys.

-- Who is on duty for a team, and when: alerts about a group reach them in private.
CREATE TABLE duties (
    team      TEXT    NOT NULL,             -- as alerts name it, in lower case; * is every team
    starts_at BIGINT NOT NULL,
    person_id TEXT    NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    ends_at   BIGINT NOT NULL CHECK (ends_at > starts_at),
    PRIMARY KEY (team, starts_at, person_id)
);

CREATE INDEX duties_by_person ON duties (person_id);
CREATE INDEX duties_by_end ON duties (ends_at);

-- Alerts about a group that have reached nobody yet: nobody was on duty, and no channel was open to them.
CREATE TABLE unheard (
    signal_id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    team      TEXT    NOT NULL,
    source    TEXT    NOT NULL,             -- by its name in the configuration
    since     BIGINT NOT NULL
);

CREATE INDEX unheard_by_team ON unheard (team, since);

-- E-mail addresses that platforms were asked about in vain, and when: asked again later, not at once.
CREATE TABLE sought (
    scheme   TEXT    NOT NULL,
    value    TEXT    NOT NULL,
    asked_at BIGINT NOT NULL,
    PRIMARY KEY (scheme, value)
);
