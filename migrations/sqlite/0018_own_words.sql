-- The pair of ../postgres/0018_own_words.sql: a test holds both to the same tables, columns and keys.

-- What people wrote on purpose, so that a trigger is heard in their words too: until somebody has reviewed it.
CREATE TABLE own_words (
    trigger_id TEXT    NOT NULL,
    text       TEXT    NOT NULL,
    person_id  TEXT    NOT NULL,
    given_at   INTEGER NOT NULL,
    PRIMARY KEY (trigger_id, text, person_id)
) STRICT;

CREATE INDEX own_words_by_person ON own_words (person_id);
CREATE INDEX own_words_by_age ON own_words (given_at);

-- A step may take such words in as an example, or out again. SQLite changes no check: the table is made anew.
CREATE TABLE steps_anew (
    id         INTEGER NOT NULL PRIMARY KEY,
    trigger_id TEXT    NOT NULL,
    step       TEXT    NOT NULL CHECK (
        step IN ('learnt', 'paused', 'resumed', 'left_out', 'back_in', 'taken_in', 'taken_out')
    ),
    shift      INTEGER,                    -- hundredths of a logarithm of odds, of what was learnt
    example    TEXT,                       -- of the library or taken in, where the step is about one
    reason     TEXT    NOT NULL,           -- in words that name nobody
    person_id  TEXT,                       -- the manager who did it
    at         INTEGER NOT NULL
) STRICT;
INSERT INTO steps_anew (id, trigger_id, step, shift, example, reason, person_id, at)
SELECT id, trigger_id, step, shift, example, reason, person_id, at FROM trigger_steps;
DROP TABLE trigger_steps;
ALTER TABLE steps_anew RENAME TO trigger_steps;
CREATE INDEX trigger_steps_by_trigger ON trigger_steps (trigger_id, id);
CREATE INDEX trigger_steps_by_age ON trigger_steps (at);
