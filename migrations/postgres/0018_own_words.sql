-- The pair of ../sqlite/0018_own_words.sql: a test holds both to the same tables, columns and keys.

-- What people wrote on purpose, so that a trigger is heard in their words too: until somebody has reviewed it.
CREATE TABLE own_words (
    trigger_id TEXT   NOT NULL,
    text       TEXT   NOT NULL,
    person_id  TEXT   NOT NULL,
    given_at   BIGINT NOT NULL,
    PRIMARY KEY (trigger_id, text, person_id)
);

CREATE INDEX own_words_by_person ON own_words (person_id);
CREATE INDEX own_words_by_age ON own_words (given_at);

-- A step may take such words in as an example, or out again.
ALTER TABLE trigger_steps DROP CONSTRAINT trigger_steps_step_check;
ALTER TABLE trigger_steps ADD CONSTRAINT trigger_steps_step_check CHECK (
    step IN ('learnt', 'paused', 'resumed', 'left_out', 'back_in', 'taken_in', 'taken_out')
);
