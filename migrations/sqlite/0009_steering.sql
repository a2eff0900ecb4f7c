-- The pair of ../postgres/0009_steering.sql: a test holds both to the same tables, columns and keys.

-- What became of triggers by people's taps; the latest of each kind is in force.
CREATE TABLE trigger_steps (
    id         INTEGER NOT NULL PRIMARY KEY,
    trigger_id TEXT    NOT NULL,
    step       TEXT    NOT NULL CHECK (step IN ('learnt', 'paused', 'resumed')),
    shift      INTEGER,                    -- hundredths of a logarithm of odds, of what was learnt
    reason     TEXT    NOT NULL,           -- in words that name nobody
    person_id  TEXT,                       -- the manager who did it
    at         INTEGER NOT NULL
) STRICT;

CREATE INDEX trigger_steps_by_trigger ON trigger_steps (trigger_id, id);
CREATE INDEX taps_by_trigger ON taps (trigger_id, tapped_at) WHERE trigger_id IS NOT NULL;

-- Who wants to be asked now and then how loaded they are, and what they said last.
CREATE TABLE pulses (
    person_id TEXT    NOT NULL PRIMARY KEY REFERENCES people (id) ON DELETE CASCADE,
    ask_at    INTEGER NOT NULL,            -- to be asked next
    said      TEXT CHECK (said IN ('ready', 'unsure', 'overloaded')),
    said_at   INTEGER,
    CHECK ((said IS NULL) = (said_at IS NULL))
) STRICT;

CREATE INDEX pulses_to_ask ON pulses (ask_at);
