-- The pair of ../sqlite/0002_signals.sql: a test holds both to the same tables, columns and keys.

-- Names by which other systems know people: an e-mail address, the owner's id in a CRM.
CREATE TABLE person_keys (
    scheme    TEXT NOT NULL,
    value     TEXT NOT NULL,
    person_id TEXT NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    PRIMARY KEY (scheme, value)
);

CREATE INDEX person_keys_by_person ON person_keys (person_id);

-- What other systems told: numbers and alerts. Without a person it waits until somebody bears that name.
CREATE TABLE signals (
    id          TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    kind        TEXT    NOT NULL CHECK (kind IN ('observation', 'alert')),
    subject     TEXT    NOT NULL,           -- the measure, or the alert's name
    scheme      TEXT,                       -- whom it is about, as the source names them
    value       TEXT,
    person_id   TEXT,                       -- once that is known
    at          BIGINT  NOT NULL,           -- the end of its window, or when the alert began or ended
    signal      TEXT    NOT NULL,           -- JSON
    received_at BIGINT  NOT NULL
);

CREATE INDEX signals_by_person ON signals (person_id, subject, at) WHERE person_id IS NOT NULL;
CREATE INDEX signals_waiting ON signals (scheme, value) WHERE person_id IS NULL;
CREATE INDEX signals_by_age ON signals (received_at);

-- When each rule last looked at each person: what the false alarms of a year are spent by.
CREATE TABLE looks (
    trigger_id TEXT    NOT NULL,
    person_id  TEXT    NOT NULL,
    looked_at  BIGINT  NOT NULL,
    PRIMARY KEY (trigger_id, person_id)
);

-- Numbers that moved, from then until recovery; the record that an effect is read from, help or no help.
CREATE TABLE dips (
    trigger_id  TEXT    NOT NULL,
    person_id   TEXT    NOT NULL,
    opened_at   BIGINT  NOT NULL,
    held_out    BOOLEAN NOT NULL,
    delivery_id TEXT,                       -- the help that was offered
    fingerprint TEXT,                       -- the alert that opened it
    verdict     TEXT,                       -- JSON
    closed_at   BIGINT,
    PRIMARY KEY (trigger_id, person_id, opened_at)
);

CREATE UNIQUE INDEX dips_open ON dips (trigger_id, person_id) WHERE closed_at IS NULL;
CREATE INDEX dips_by_age ON dips (closed_at);
