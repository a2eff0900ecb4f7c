-- The pair of ../sqlite/0001_first_conversation.sql: a test holds both to the same tables, columns and keys.
-- Ids by which rows are sorted are compared byte by byte, as SQLite does it.
-- Instants are milliseconds since 1970 from the house's clock. JSON stands as text in the shapes of store/records.rs.

-- Raw events. The row stays when its text is gone, so that an event that comes twice is known.
CREATE TABLE arrivals (
    id          TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    platform    TEXT    NOT NULL,
    raw         TEXT,                       -- erased when the arrival is done
    received_at BIGINT  NOT NULL,
    state       TEXT    NOT NULL CHECK (state IN ('open', 'parked', 'done')),
    due_at      BIGINT  NOT NULL,           -- to be claimed from then on: a claim moves it to the end of its lease
    fence       BIGINT  NOT NULL DEFAULT 0, -- rises with every claim: the number of attempts
    last_error  TEXT,
    CHECK ((raw IS NULL) = (state = 'done'))
);

CREATE INDEX arrivals_to_claim ON arrivals (state, due_at, id) WHERE raw IS NOT NULL;
CREATE INDEX arrivals_by_age ON arrivals (received_at);

-- Cards on their way or arrived.
CREATE TABLE deliveries (
    id              TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    tenant          TEXT    NOT NULL,
    event_id        TEXT    NOT NULL,
    trigger_id      TEXT    NOT NULL,
    person_id       TEXT    NOT NULL,
    step            BIGINT  NOT NULL,
    state           TEXT    NOT NULL
        CHECK (state IN ('held', 'pending', 'sending', 'ambiguous', 'sent', 'dead', 'cancelled', 'expired')),
    action          TEXT    NOT NULL,           -- JSON
    card            TEXT,                       -- JSON; not while held
    offer           TEXT,                       -- JSON
    heard_platform  TEXT,                       -- the place of the offer, to find it by
    heard_workspace TEXT,
    heard_channel   TEXT,
    due_at          BIGINT  NOT NULL,
    expires_at      BIGINT  NOT NULL,
    created_at      BIGINT  NOT NULL,
    fence           BIGINT  NOT NULL DEFAULT 0, -- rises with every claim
    attempts        BIGINT  NOT NULL DEFAULT 0, -- claims to send, those to look it up not counted
    lease_until     BIGINT,                     -- a call to the platform may be under way until then
    sent_platform   TEXT,                       -- the message it became, to find it by
    sent_workspace  TEXT,
    sent_channel    TEXT,
    sent_message    TEXT,
    sent_place      TEXT,                       -- JSON
    sent_at         BIGINT,
    last_error      TEXT,
    UNIQUE (tenant, event_id, trigger_id, person_id, step),
    CHECK ((lease_until IS NOT NULL) = (state IN ('sending', 'ambiguous'))),
    CHECK ((sent_at IS NOT NULL) = (state = 'sent'))
);

CREATE INDEX deliveries_to_claim ON deliveries (state, due_at, id);
CREATE INDEX deliveries_to_reconcile ON deliveries (lease_until, id) WHERE lease_until IS NOT NULL;
CREATE INDEX deliveries_by_place ON deliveries (heard_channel, heard_workspace, heard_platform, state)
    WHERE heard_channel IS NOT NULL;
CREATE INDEX deliveries_by_person ON deliveries (person_id, due_at);
CREATE INDEX deliveries_by_message ON deliveries (sent_message, sent_channel) WHERE sent_message IS NOT NULL;

-- Humans, and the identities by which platforms know them.
CREATE TABLE people (
    id            TEXT    NOT NULL PRIMARY KEY,
    profile       TEXT    NOT NULL,           -- JSON
    described_at  BIGINT,
    hours         TEXT,                       -- as people write them: Mon-Fri 09:00-17:30
    opted_out     BOOLEAN NOT NULL DEFAULT FALSE,
    snoozed_until BIGINT,
    created_at    BIGINT  NOT NULL
);

CREATE TABLE identities (
    platform  TEXT NOT NULL,
    workspace TEXT NOT NULL,
    user_id   TEXT NOT NULL,
    person_id TEXT NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    PRIMARY KEY (platform, workspace, user_id)
);

CREATE INDEX identities_by_person ON identities (person_id);

-- Triggers that a person wants no more.
CREATE TABLE stops (
    person_id  TEXT NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    trigger_id TEXT NOT NULL,
    PRIMARY KEY (person_id, trigger_id)
);

-- What people tapped. Outlives its delivery: what somebody knows stays known.
CREATE TABLE taps (
    delivery_id TEXT COLLATE "C" NOT NULL,
    person_id   TEXT COLLATE "C" NOT NULL,
    tap         TEXT COLLATE "C" NOT NULL,
    asset_id    TEXT,
    trigger_id  TEXT,
    tapped_at   BIGINT  NOT NULL,
    PRIMARY KEY (delivery_id, person_id, tap)
);

CREATE INDEX taps_by_person ON taps (person_id, tapped_at);

CREATE TABLE channels (
    platform  TEXT NOT NULL,
    workspace TEXT NOT NULL,
    channel   TEXT NOT NULL,
    name      TEXT NOT NULL,
    mode      TEXT NOT NULL CHECK (mode IN ('off', 'shadow', 'live')),
    PRIMARY KEY (platform, workspace, channel)
);

-- Practices.
CREATE TABLE sessions (
    id          TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    person_id   TEXT    NOT NULL,
    scenario_id TEXT    NOT NULL,
    turn        BIGINT  NOT NULL,
    state       TEXT    NOT NULL,             -- Ink's own JSON
    started_at  BIGINT  NOT NULL,
    finished_at BIGINT
);

CREATE INDEX sessions_by_person ON sessions (person_id, scenario_id, started_at);

-- What was decided, and why.
CREATE TABLE decisions (
    id          BIGINT  NOT NULL GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    event_id    TEXT    NOT NULL,
    person_id   TEXT    NOT NULL,
    decided_at  BIGINT  NOT NULL,
    delivery_id TEXT,
    decision    TEXT    NOT NULL              -- JSON
);

CREATE INDEX decisions_by_person ON decisions (person_id, decided_at);
CREATE INDEX decisions_by_delivery ON decisions (delivery_id, decided_at) WHERE delivery_id IS NOT NULL;
CREATE INDEX decisions_by_age ON decisions (decided_at);

-- One row that readiness checks write to.
CREATE TABLE write_probe (
    id     BIGINT  NOT NULL PRIMARY KEY,
    writes BIGINT  NOT NULL
);
