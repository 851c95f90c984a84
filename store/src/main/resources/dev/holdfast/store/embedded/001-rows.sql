-- Rows of all scopes. Text is compared by its UTF-8 bytes: the database is in UTF-8 and the collation is the default, BINARY.

-- A scope stays when its rows are deleted, so that its versions are never given out again.
CREATE TABLE scope (
    id      INTEGER PRIMARY KEY,
    name    TEXT    NOT NULL UNIQUE,
    version INTEGER NOT NULL
);

-- The number of rows is kept, since counting a hundred thousand of them at every new device would not do.
CREATE TABLE kind (
    id    INTEGER PRIMARY KEY,
    scope INTEGER NOT NULL REFERENCES scope (id),
    name  TEXT    NOT NULL,
    rows  INTEGER NOT NULL,
    UNIQUE (scope, name)
);

-- Values are in the table and keys in an index of their own, so that the index is small and a list finds its place fast.
CREATE TABLE entry (
    id      INTEGER PRIMARY KEY,
    kind    INTEGER NOT NULL REFERENCES kind (id),
    key     TEXT    NOT NULL,
    version INTEGER NOT NULL,
    value   BLOB    NOT NULL,
    UNIQUE (kind, key)
);
