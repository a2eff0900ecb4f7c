-- The pair of ../postgres/0017_what_reached_whom_at_once.sql: a test holds both to the same tables, columns and keys.

-- What a decision asks of the past stands in the indexes whole: the rows, with all that was said in them, are not read.
DROP INDEX deliveries_had;
DROP INDEX deliveries_unasked;
CREATE INDEX deliveries_had ON deliveries (person_id, asset_id, COALESCE(sent_at, due_at), state)
    WHERE asset_id IS NOT NULL;
CREATE INDEX deliveries_unasked ON deliveries (person_id, COALESCE(sent_at, due_at), state, trigger_id, asset_id)
    WHERE unasked = TRUE;
