-- The pair of ../sqlite/0003_channel_scores.sql: a test holds both to the same tables, columns and keys.

-- How soon triggers are heard in a channel: a name for a budget of alarms.
ALTER TABLE channels ADD COLUMN hearing TEXT CHECK (hearing IN ('careful', 'balanced', 'eager'));

-- How the scores of a channel's messages are spread: what sets its threshold. Neither texts nor people.
CREATE TABLE channel_scores (
    platform   TEXT   NOT NULL,
    workspace  TEXT   NOT NULL,
    channel    TEXT   NOT NULL,
    learnt     TEXT   NOT NULL,      -- what had been learnt when they were scored
    bin        BIGINT NOT NULL,      -- of scores
    messages   BIGINT NOT NULL,      -- that fell into it
    counted_at BIGINT NOT NULL,
    PRIMARY KEY (platform, workspace, channel, learnt, bin)
);

CREATE INDEX channel_scores_by_age ON channel_scores (counted_at);
