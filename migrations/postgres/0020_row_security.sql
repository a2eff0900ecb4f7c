-- The pair of ../sqlite/0020_row_security.sql.

-- Beside the statements PostgreSQL keeps apart what managers of workspaces see and change: a transaction sees the rows of
-- the workspaces that it names in kairos.scope ("*": all; otherwise each between commas), and none where it names none. A
-- superuser passes over it: Kairos's own role should be none. A later migration that changes rows of these tables begins
-- with SET LOCAL kairos.scope = '*'.

ALTER TABLE pauses ENABLE ROW LEVEL SECURITY;
ALTER TABLE pauses FORCE ROW LEVEL SECURITY;
CREATE POLICY of_its_workspace ON pauses USING (
    current_setting('kairos.scope', TRUE) = '*'
    OR strpos(current_setting('kairos.scope', TRUE), ',' || tenant || ',') > 0
    OR (tenant = '*' AND current_setting('kairos.scope', TRUE) <> ''));

ALTER TABLE trigger_steps ENABLE ROW LEVEL SECURITY;
ALTER TABLE trigger_steps FORCE ROW LEVEL SECURITY;
CREATE POLICY of_its_workspace ON trigger_steps USING (
    current_setting('kairos.scope', TRUE) = '*'
    OR strpos(current_setting('kairos.scope', TRUE), ',' || tenant || ',') > 0
    OR (tenant = '*' AND current_setting('kairos.scope', TRUE) <> ''));

ALTER TABLE own_words ENABLE ROW LEVEL SECURITY;
ALTER TABLE own_words FORCE ROW LEVEL SECURITY;
CREATE POLICY of_its_workspace ON own_words USING (
    current_setting('kairos.scope', TRUE) = '*'
    OR strpos(current_setting('kairos.scope', TRUE), ',' || tenant || ',') > 0
    OR (tenant = '*' AND current_setting('kairos.scope', TRUE) <> ''));
