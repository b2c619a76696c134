-- The words of all messages, for what is remembered at reply time. The text itself stays in
-- messages only; what is deleted there leaves no words here (secure-delete).
CREATE VIRTUAL TABLE message_words USING fts5 (
    text,
    content = 'messages',
    content_rowid = 'id',
    tokenize = 'unicode61 remove_diacritics 2'
);
INSERT INTO message_words (message_words, rank) VALUES ('secure-delete', 1);
INSERT INTO message_words (rowid, text) SELECT id, text FROM messages WHERE kind = 'TEXT';

CREATE TRIGGER message_words_added AFTER INSERT ON messages WHEN new.kind = 'TEXT' BEGIN
    INSERT INTO message_words (rowid, text) VALUES (new.id, new.text);
END;
CREATE TRIGGER message_words_gone AFTER DELETE ON messages WHEN old.kind = 'TEXT' BEGIN
    INSERT INTO message_words (message_words, rowid, text) VALUES ('delete', old.id, old.text);
END;
CREATE TRIGGER message_words_changed AFTER UPDATE OF id, kind, text ON messages BEGIN
    INSERT INTO message_words (message_words, rowid, text)
    SELECT 'delete', old.id, old.text WHERE old.kind = 'TEXT';
    INSERT INTO message_words (rowid, text)
    SELECT new.id, new.text WHERE new.kind = 'TEXT';
END;
