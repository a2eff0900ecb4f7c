-- The pair of ../sqlite/0019_tenants.sql: a test holds both to the same tables, columns and keys.

-- Every row has a tenant, "platform/workspace". "*": an operator's, for every workspace. "": nobody knows whose it was,
-- and only operators see it. Rows from before go to the one workspace of a house that has one.
CREATE TABLE sole_tenant AS
SELECT MIN(tenant) AS tenant FROM (
    SELECT tenant FROM deliveries WHERE tenant <> 'discord/0'
    UNION SELECT platform || '/' || workspace FROM channels
    UNION SELECT platform || '/' || workspace FROM identities WHERE platform <> 'discord'
) AS known HAVING COUNT(DISTINCT tenant) = 1;

-- A pause of a house with several workspaces goes on in all of them.
ALTER TABLE pauses ADD COLUMN tenant TEXT NOT NULL DEFAULT '';
UPDATE pauses SET tenant = COALESCE((SELECT tenant FROM sole_tenant), '*');
ALTER TABLE pauses ALTER COLUMN tenant DROP DEFAULT;
ALTER TABLE pauses DROP CONSTRAINT pauses_pkey;
ALTER TABLE pauses ADD PRIMARY KEY (tenant, trigger_id);

-- Of what taps made of a trigger, and of words that people gave, nobody knows whose they were; the rest holds for all.
ALTER TABLE trigger_steps ADD COLUMN tenant TEXT NOT NULL DEFAULT '';
UPDATE trigger_steps SET tenant = COALESCE(
    (SELECT tenant FROM sole_tenant),
    CASE WHEN step IN ('learnt', 'taken_in', 'taken_out') THEN '' ELSE '*' END);

-- Words that wait belong to the workspace of whoever gave them.
ALTER TABLE own_words ADD COLUMN tenant TEXT NOT NULL DEFAULT '';
UPDATE own_words SET tenant = COALESCE(
    (SELECT tenant FROM sole_tenant),
    (SELECT MIN(platform || '/' || workspace) FROM identities WHERE identities.person_id = own_words.person_id
        HAVING COUNT(*) = 1),
    '');
ALTER TABLE own_words ALTER COLUMN tenant DROP DEFAULT;
ALTER TABLE own_words DROP CONSTRAINT own_words_pkey;
ALTER TABLE own_words ADD PRIMARY KEY (tenant, trigger_id, text, person_id);

-- A tap belongs to the workspace of its card.
ALTER TABLE taps ADD COLUMN tenant TEXT NOT NULL DEFAULT '';
UPDATE taps SET tenant = COALESCE(
    (SELECT tenant FROM deliveries WHERE deliveries.id = taps.delivery_id), (SELECT tenant FROM sole_tenant), '');

-- Names of other systems, and time on duty, hold in the workspaces in which their person is known.
CREATE TABLE person_keys_anew (
    tenant    TEXT NOT NULL,
    scheme    TEXT NOT NULL,
    value     TEXT NOT NULL,
    person_id TEXT NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    -- told: by an operator, or confirmed by the person; found: by the platform, to be confirmed; asked: the person has
    -- been; refused: it is not them.
    state     TEXT NOT NULL CHECK (state IN ('told', 'found', 'asked', 'refused')),
    PRIMARY KEY (tenant, scheme, value)
);
INSERT INTO person_keys_anew (tenant, scheme, value, person_id, state)
SELECT DISTINCT i.platform || '/' || i.workspace, k.scheme, k.value, k.person_id,
    CASE WHEN k.scheme <> 'email' THEN 'told'
        WHEN EXISTS (SELECT 1 FROM sole_tenant) AND EXISTS (SELECT 1 FROM signals s WHERE s.person_id = k.person_id)
            THEN 'told'
        ELSE 'found' END
FROM person_keys k JOIN identities i ON i.person_id = k.person_id;
DROP TABLE person_keys;
ALTER TABLE person_keys_anew RENAME TO person_keys;
ALTER INDEX person_keys_anew_pkey RENAME TO person_keys_pkey;
CREATE INDEX person_keys_by_person ON person_keys (person_id);

CREATE TABLE duties_anew (
    tenant    TEXT   NOT NULL,
    team      TEXT   NOT NULL,              -- as alerts name it, in lower case; * is every team
    starts_at BIGINT NOT NULL,
    person_id TEXT   NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    ends_at   BIGINT NOT NULL CHECK (ends_at > starts_at),
    PRIMARY KEY (tenant, team, starts_at, person_id)
);
INSERT INTO duties_anew (tenant, team, starts_at, person_id, ends_at)
SELECT DISTINCT i.platform || '/' || i.workspace, d.team, d.starts_at, d.person_id, d.ends_at
FROM duties d JOIN identities i ON i.person_id = d.person_id;
DROP TABLE duties;
ALTER TABLE duties_anew RENAME TO duties;
ALTER INDEX duties_anew_pkey RENAME TO duties_pkey;
CREATE INDEX duties_by_person ON duties (person_id);
CREATE INDEX duties_by_end ON duties (ends_at);

-- Which workspaces a number or an alert may reach: "*", or each between commas. Set from the configuration at every start
-- for what still waits.
ALTER TABLE signals ADD COLUMN scope TEXT NOT NULL DEFAULT '';

-- What an alert about a group opened is closed by an alert of the same source.
UPDATE dips SET fingerprint = (
    SELECT 'alert:' || substr(s.id, 1, strpos(s.id, ':') - 1) || '/' || dips.fingerprint
    FROM deliveries d JOIN signals s ON s.id = d.event_id WHERE d.id = dips.delivery_id)
WHERE closed_at IS NULL AND fingerprint NOT LIKE 'number:%' AND EXISTS (
    SELECT 1 FROM deliveries d JOIN signals s ON s.id = d.event_id
    WHERE d.id = dips.delivery_id AND s.scheme IS NULL AND s.kind = 'alert');

-- An address is looked up in the workspaces that what waits for it may reach.
DROP TABLE sought;
CREATE TABLE sought (
    scope    TEXT   NOT NULL,
    scheme   TEXT   NOT NULL,
    value    TEXT   NOT NULL,
    asked_at BIGINT NOT NULL,
    PRIMARY KEY (scope, scheme, value)
);

DROP TABLE sole_tenant;
