-- Whom the bot answers, what it was told about them, and what waits for the owner's decision.
-- `business` is 1 for chats of the owner's own account. Times are milliseconds since 1970.
-- AUTOINCREMENT: numbers are part of keys in the outbox, so none is given twice.

-- Single values: the owner, all paused, the draft whose text the owner is about to write.
CREATE TABLE manners (key TEXT PRIMARY KEY, value TEXT NOT NULL);

-- People whom the owner let in, beside those named at the start.
CREATE TABLE allowed (person INTEGER PRIMARY KEY);

-- Chats in which nothing is written: by 'owner' (/pause, an own message) or by 'person' (/stop).
CREATE TABLE silent (
    chat INTEGER NOT NULL, business INTEGER NOT NULL, by TEXT NOT NULL,
    PRIMARY KEY (chat, business, by));

-- What was done to whom, for limits: 'reply', 'stranger', 'medium', 'notice'.
CREATE TABLE counted (person INTEGER NOT NULL, what TEXT NOT NULL, at_ms INTEGER NOT NULL);
CREATE INDEX counted_by_person ON counted (person, what, at_ms);

-- Chats seen: a group, or a person. `name` is what the network shows.
CREATE TABLE met (
    chat INTEGER NOT NULL, business INTEGER NOT NULL, name TEXT NOT NULL,
    is_group INTEGER NOT NULL, language TEXT NOT NULL, at_ms INTEGER NOT NULL,
    PRIMARY KEY (chat, business));

-- Which person, or group, of the chat store a number of the network is.
CREATE TABLE links (id INTEGER PRIMARY KEY, name TEXT NOT NULL);

-- What the owner wants remembered in a chat, a sentence each.
CREATE TABLE facts (
    id INTEGER PRIMARY KEY AUTOINCREMENT, chat INTEGER NOT NULL, business INTEGER NOT NULL, text TEXT NOT NULL);

-- Accounts that let the bot in.
CREATE TABLE connections (
    connection TEXT PRIMARY KEY, account INTEGER NOT NULL, account_chat INTEGER NOT NULL,
    enabled INTEGER NOT NULL, can_reply INTEGER NOT NULL);

-- Answers that wait for the owner: PENDING, then SENT, DISCARDED, EXPIRED or REPLACED.
-- A new `version` is written by Regenerate. `fixed` texts are said by rule.
CREATE TABLE drafts (
    id INTEGER PRIMARY KEY AUTOINCREMENT, chat INTEGER NOT NULL, connection TEXT, reply_to INTEGER,
    person INTEGER NOT NULL, name TEXT NOT NULL, text TEXT NOT NULL, disclosure TEXT NOT NULL,
    fixed INTEGER NOT NULL, version INTEGER NOT NULL, state TEXT NOT NULL,
    last_incoming_ms INTEGER NOT NULL, expires_ms INTEGER NOT NULL);

-- Corrections that wait for Keep or Drop, as the line of corrections.jsonl they would become.
CREATE TABLE reviews (
    id INTEGER PRIMARY KEY AUTOINCREMENT, chat INTEGER NOT NULL, business INTEGER NOT NULL,
    correction TEXT NOT NULL);
