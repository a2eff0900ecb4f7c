-- The pair of ../sqlite/0014_a_probe_like_an_event.sql: a test holds both to the same tables, columns and keys.

-- As much as an event may be: a disk that takes a number may have no room for what somebody did.
ALTER TABLE write_probe ADD COLUMN filler TEXT NOT NULL DEFAULT '';
