-- The pair of ../sqlite/0010_what_reached_whom.sql: a test holds both to the same tables, columns and keys.

-- What a decision asks of the past, beside the offer itself, so that it need not read whole offers.
ALTER TABLE deliveries ADD COLUMN asset_id TEXT;      -- what an offer shows first; empty for practice alone
ALTER TABLE deliveries ADD COLUMN unasked BOOLEAN;

UPDATE deliveries
SET asset_id = COALESCE(offer::jsonb #>> '{plan,molecule,assets,0}', ''),
    unasked = (offer::jsonb #>> '{plan,unasked}')::boolean
WHERE offer IS NOT NULL;

CREATE INDEX deliveries_had ON deliveries (person_id, asset_id, (COALESCE(sent_at, due_at))) WHERE asset_id IS NOT NULL;
CREATE INDEX deliveries_unasked ON deliveries (person_id, (COALESCE(sent_at, due_at))) WHERE unasked = TRUE;
CREATE INDEX deliveries_spoken ON deliveries (heard_channel, heard_workspace, heard_platform, (COALESCE(sent_at, due_at)))
    WHERE heard_channel IS NOT NULL;
CREATE INDEX taps_known ON taps (person_id, asset_id) WHERE tap = 'know';
