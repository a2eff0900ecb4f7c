-- The pair of ../postgres/0015_steering.sql: a test holds both to the same tables, columns and keys.

-- What became of triggers, by people's taps and by managers; the latest of each kind is in force.
CREATE TABLE trigger_steps (
    id         INTEGER NOT NULL PRIMARY KEY,
    trigger_id TEXT    NOT NULL,
    step       TEXT    NOT NULL CHECK (step IN ('learnt', 'paused', 'resumed', 'left_out', 'back_in')),
    shift      INTEGER,                    -- hundredths of a logarithm of odds, of what was learnt
    example    TEXT,                       -- of the library, where the step is about one
    reason     TEXT    NOT NULL,           -- in words that name nobody
    person_id  TEXT,                       -- the manager who did it
    at         INTEGER NOT NULL
) STRICT;

CREATE INDEX trigger_steps_by_trigger ON trigger_steps (trigger_id, id);
CREATE INDEX trigger_steps_by_age ON trigger_steps (at);
CREATE INDEX taps_by_trigger ON taps (trigger_id, tapped_at) WHERE trigger_id IS NOT NULL;
