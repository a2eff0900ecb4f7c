-- The pair of ../sqlite/0005_order_and_leases.sql: a test holds both to the same tables, columns and keys.

-- What came in the same millisecond keeps its order: each row has a number, higher than those that were there before.
ALTER TABLE arrivals ADD COLUMN seq BIGINT NOT NULL DEFAULT 0;
DROP INDEX arrivals_to_claim;
CREATE INDEX arrivals_to_claim ON arrivals (state, due_at, seq) WHERE raw IS NOT NULL;
CREATE INDEX arrivals_in_order ON arrivals (seq);

ALTER TABLE deliveries ADD COLUMN seq BIGINT NOT NULL DEFAULT 0;
ALTER TABLE deliveries ADD COLUMN rank BIGINT NOT NULL DEFAULT 0; -- 0: an answer to what somebody did; 1: unasked
ALTER TABLE deliveries ADD COLUMN lane TEXT;                       -- the conversation that it changes
UPDATE deliveries SET rank = 1 WHERE offer LIKE '%"unasked":true%';
DROP INDEX deliveries_to_claim;
CREATE INDEX deliveries_to_claim ON deliveries (rank, due_at, seq) WHERE state = 'pending';
CREATE INDEX deliveries_by_state ON deliveries (state, due_at);
CREATE INDEX deliveries_in_order ON deliveries (seq);
CREATE INDEX deliveries_in_hand ON deliveries (lane) WHERE state = 'sending';
CREATE INDEX deliveries_to_expire ON deliveries (expires_at) WHERE state IN ('held', 'pending');

-- What only one of several processes may do at a time, and which one does it.
CREATE TABLE leases (
    name     TEXT    NOT NULL PRIMARY KEY,
    holder   TEXT    NOT NULL,
    fence    BIGINT  NOT NULL,           -- rises with every new holder
    until_ms BIGINT  NOT NULL            -- by the database's clock
);
