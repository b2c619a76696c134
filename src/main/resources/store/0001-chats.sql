-- Somebody who writes, whatever names exports give them.
CREATE TABLE people (
    id   INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    role TEXT,                                   -- relation to the owner, such as wife
    me   INTEGER NOT NULL DEFAULT 0 CHECK (me IN (0, 1))
);
CREATE UNIQUE INDEX people_one_owner ON people (me) WHERE me = 1;

-- Every name that an export uses, and whose it is. Merging two people moves names only.
CREATE TABLE identities (
    alias  TEXT PRIMARY KEY,
    person INTEGER NOT NULL REFERENCES people (id)
) WITHOUT ROWID;
CREATE INDEX identities_person ON identities (person);

CREATE TABLE chats (
    id       INTEGER PRIMARY KEY,
    platform TEXT NOT NULL,
    name     TEXT NOT NULL,
    UNIQUE (platform, name)
);

-- One row an import of one chat.
CREATE TABLE sources (
    id          INTEGER PRIMARY KEY,
    chat        INTEGER NOT NULL REFERENCES chats (id),
    name        TEXT NOT NULL,                   -- file name without its folder
    imported_at TEXT NOT NULL,                   -- ISO, UTC
    lines_read  INTEGER NOT NULL,
    lines_added INTEGER NOT NULL
);
CREATE INDEX sources_chat ON sources (chat);

CREATE TABLE messages (
    id       INTEGER PRIMARY KEY,
    chat     INTEGER NOT NULL REFERENCES chats (id),
    source   INTEGER NOT NULL REFERENCES sources (id),   -- the import that brought it first
    author   TEXT REFERENCES identities (alias),         -- null: a system line
    sent_ms  INTEGER NOT NULL,   -- wall clock (UTC where absolute) as milliseconds since 1970
    position INTEGER NOT NULL,   -- order among the messages of the same minute
    absolute INTEGER NOT NULL CHECK (absolute IN (0, 1)),
    kind     TEXT NOT NULL,
    text     TEXT NOT NULL
);
CREATE INDEX messages_in_order ON messages (chat, sent_ms, position);
CREATE INDEX messages_author ON messages (author);
CREATE INDEX messages_source ON messages (source);
