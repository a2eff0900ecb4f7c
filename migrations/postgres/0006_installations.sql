-- The pair of ../sqlite/0006_installations.sql: a test holds both to the same tables, columns and keys.

-- Workspaces that installed Kairos by themselves. The token is sealed by a key that is not in the database.
CREATE TABLE installations (
    platform     TEXT    NOT NULL,
    workspace    TEXT    NOT NULL,
    name         TEXT    NOT NULL,          -- what people call it
    sealed       TEXT    NOT NULL,
    installed_at BIGINT  NOT NULL,
    PRIMARY KEY (platform, workspace)
);

-- Pictures that lie in a workspace already, by the digest of what they show.
CREATE TABLE uploads (
    platform    TEXT    NOT NULL,
    workspace   TEXT    NOT NULL,
    digest      TEXT    NOT NULL,
    file        TEXT    NOT NULL,           -- the platform's own id of it
    uploaded_at BIGINT  NOT NULL,
    PRIMARY KEY (platform, workspace, digest)
);
