-- The pair of ../sqlite/0016_pulse.sql: a test holds both to the same tables, columns and keys.

-- When to ask somebody how full their week is (NULL: they don't want to be asked), and what they said last.
ALTER TABLE people ADD COLUMN pulse_at BIGINT;
ALTER TABLE people ADD COLUMN load TEXT CHECK (load IN ('ready', 'unsure', 'overloaded'));

CREATE INDEX people_to_ask ON people (pulse_at) WHERE pulse_at IS NOT NULL;
