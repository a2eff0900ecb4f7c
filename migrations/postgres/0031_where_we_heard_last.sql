-- The pair of ../sqlite/0031_where_we_heard_last.sql: a test holds both to the same tables, columns and keys.

-- Up to when everything that was said in a channel is known: after an absence it is read from there. An instant, never text.
CREATE TABLE channel_cursors (
    platform TEXT NOT NULL,
    workspace TEXT NOT NULL,
    channel TEXT NOT NULL,
    heard_at BIGINT NOT NULL,
    PRIMARY KEY (platform, workspace, channel)
);
CREATE INDEX channel_cursors_by_age ON channel_cursors (heard_at);

-- What a platform asked to send later keeps its place: it is due as before, and not tried before then.
ALTER TABLE deliveries ADD COLUMN not_before BIGINT;
CREATE INDEX deliveries_asked_to_wait ON deliveries (not_before) WHERE not_before IS NOT NULL AND state = 'pending';
