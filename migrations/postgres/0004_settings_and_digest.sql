-- The pair of ../sqlite/0004_settings_and_digest.sql: a test holds both to the same tables, columns and keys.

-- What people chose for themselves; NULL: as the house has it.
ALTER TABLE people ADD COLUMN zone TEXT;               -- an IANA name; counts more than what the platform tells
ALTER TABLE people ADD COLUMN zone_asked_at BIGINT;   -- asked once, when nobody knew it
ALTER TABLE people ADD COLUMN budget_per_day BIGINT;
ALTER TABLE people ADD COLUMN budget_per_week BIGINT;
ALTER TABLE people ADD COLUMN days_off TEXT;           -- lines such as 2026-12-24 to 2027-01-02
ALTER TABLE people ADD COLUMN no_digest BOOLEAN NOT NULL DEFAULT FALSE;

-- Triggers that say nothing unasked, wherever they are live.
CREATE TABLE pauses (
    trigger_id TEXT    NOT NULL PRIMARY KEY,
    person_id  TEXT,                       -- who paused it; NULL: it paused itself
    reason     TEXT    NOT NULL,           -- in words a manager reads
    paused_at  BIGINT NOT NULL
);

-- The digests of a person: when the last one came, and whether one waits.
CREATE INDEX deliveries_digests ON deliveries (person_id) WHERE trigger_id = 'digest';
