-- The pair of ../postgres/0030_quarantine.sql: a test holds both to the same tables, columns and keys.

-- Rows that this version of Kairos can't read: each costs itself alone, until a person reads it again or drops it. Events
-- that can't be read stay in their own table, in the state parked.
CREATE TABLE quarantine (
    kind   TEXT    NOT NULL CHECK (kind IN ('delivery', 'decision', 'signal')),
    id     TEXT    NOT NULL,               -- of the row in its table
    place  TEXT    NOT NULL,               -- the table and the column
    reason TEXT    NOT NULL,               -- without any text of the row
    was    TEXT,                           -- the state of a delivery, to be put back
    since  INTEGER NOT NULL,               -- when the row was written
    PRIMARY KEY (kind, id)
) STRICT;

CREATE INDEX quarantine_by_age ON quarantine (since);

-- The version of the JSON in a row: one that is newer than this Kairos is left to the Kairos that wrote it.
ALTER TABLE deliveries ADD COLUMN format INTEGER NOT NULL DEFAULT 1;
ALTER TABLE decisions ADD COLUMN format INTEGER NOT NULL DEFAULT 1;

-- The example of the library that a tapped card was about, so that thousands of whole offers need not be read for it.
ALTER TABLE taps ADD COLUMN example TEXT;
UPDATE taps SET example = (
    SELECT json_extract(offer, '$.need.evidence.nearest') FROM deliveries
    WHERE deliveries.id = taps.delivery_id AND json_valid(offer)
);
