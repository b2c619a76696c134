-- The first update not yet received. Telegram numbers anew after a week without any; but for that
-- the number never falls, and the file itself sees to it.
CREATE TABLE position (
    one    INTEGER PRIMARY KEY CHECK (one = 1),
    next   INTEGER NOT NULL,
    got_ms INTEGER NOT NULL                      -- when the last update came
);
CREATE TRIGGER position_never_falls BEFORE UPDATE ON position
WHEN NEW.next < OLD.next AND NEW.got_ms - OLD.got_ms < 6 * 24 * 3600 * 1000
BEGIN SELECT RAISE(ABORT, 'the offset would go backward'); END;

-- Every update, until some days after it was done with.
CREATE TABLE inbox (
    update_id   INTEGER PRIMARY KEY,
    chat        INTEGER NOT NULL,
    kind        TEXT NOT NULL,
    sender      INTEGER,
    received_ms INTEGER NOT NULL,
    sent_ms     INTEGER,
    body        TEXT NOT NULL,                   -- JSON; emptied when the update is done with
    state       TEXT NOT NULL CHECK (state IN ('RECEIVED', 'HANDLED', 'SKIPPED')),
    reason      TEXT NOT NULL DEFAULT '',
    attempts    INTEGER NOT NULL DEFAULT 0,      -- counted before each try
    failures    INTEGER NOT NULL DEFAULT 0       -- counted after a try that failed
);
CREATE INDEX inbox_open ON inbox (update_id) WHERE state = 'RECEIVED';

-- What goes out: one row an answer, one row a bubble.
CREATE TABLE outbox (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    chat       INTEGER NOT NULL,
    business   TEXT,                             -- connection on whose behalf
    reply_to   INTEGER,
    created_ms INTEGER NOT NULL,
    kind       TEXT NOT NULL CHECK (kind IN ('REPLY', 'NOTICE', 'DRAFT')),
    buttons    TEXT NOT NULL DEFAULT '',         -- JSON; empty for none
    key        TEXT UNIQUE,                      -- null where updates are the cause
    passes     INTEGER NOT NULL DEFAULT 0,       -- 1: sent even while the kill switch is on
    state      TEXT NOT NULL CHECK (state IN
               ('GENERATED', 'SENDING', 'SENT', 'FAILED', 'DROPPED', 'AMBIGUOUS')),
    reason     TEXT NOT NULL DEFAULT '',
    leaves     INTEGER NOT NULL DEFAULT 0,       -- 1: its bytes may be on their way
    boot       TEXT NOT NULL DEFAULT ''          -- in which run of the machine it is being sent
);
CREATE INDEX outbox_open ON outbox (chat, id) WHERE state IN ('GENERATED', 'SENDING');

CREATE TABLE parts (
    outbox     INTEGER NOT NULL REFERENCES outbox (id) ON DELETE CASCADE,
    n          INTEGER NOT NULL,
    text       TEXT NOT NULL,                    -- emptied when it is sent
    delay_ms   INTEGER NOT NULL,
    state      TEXT NOT NULL CHECK (state IN
               ('GENERATED', 'SENDING', 'SENT', 'FAILED', 'DROPPED', 'AMBIGUOUS')),
    message_id INTEGER,
    PRIMARY KEY (outbox, n)
) WITHOUT ROWID;

-- An update is the cause of at most one answer: a second one does not get in.
CREATE TABLE outbox_causes (
    update_id INTEGER PRIMARY KEY,
    outbox    INTEGER NOT NULL REFERENCES outbox (id) ON DELETE CASCADE
);
CREATE INDEX outbox_causes_outbox ON outbox_causes (outbox);

-- The conversations. A person's chat with the bot and their chat with the owner, where the bot
-- helps the owner, have the same number and are two conversations.
CREATE TABLE history (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    chat       INTEGER NOT NULL,
    business   INTEGER NOT NULL CHECK (business IN (0, 1)),
    role       TEXT NOT NULL CHECK (role IN ('SYSTEM', 'USER', 'ASSISTANT')),
    name       TEXT NOT NULL,
    text       TEXT NOT NULL,
    at_ms      INTEGER NOT NULL,
    message_id INTEGER
);
CREATE INDEX history_chat ON history (chat, business, id);
CREATE UNIQUE INDEX history_message ON history (chat, business, message_id)
WHERE message_id IS NOT NULL;

-- Chats that nothing may be sent to, until somebody writes there again.
CREATE TABLE parked (
    chat     INTEGER PRIMARY KEY,
    since_ms INTEGER NOT NULL
);
