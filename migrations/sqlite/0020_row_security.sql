-- The pair of ../postgres/0020_row_security.sql, which has PostgreSQL itself keep workspaces apart. SQLite can't: there the
-- statements alone do.
SELECT 1;
