package understudy.importer.whatsapp;

import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import understudy.chat.Message;
import understudy.chat.Message.Kind;
import understudy.importer.DateOrder;

/// Builds messages out of entries, once order of the date and names are known.
final class MessageReader {
    private final Senders senders;
    private final DateOrder order;
    private final @Nullable String chatName;
    private final Words words = Words.standard();
    private final Body body = new Body();
    private @Nullable String noticeAuthor;

    MessageReader(Senders senders, DateOrder order, @Nullable String chatName) {
        this.senders = senders;
        this.order = order;
        this.chatName = chatName;
    }

    List<Message> read(List<Entry> entries) {
        List<Message> messages = new ArrayList<>();
        for (Entry entry : entries) {
            LocalDate date = entry.header().date().in(order);
            if (date == null) {
                throw new IllegalStateException("a header without a date is text");
            }
            messages.add(message(entry, date.atTime(entry.header().time())));
        }
        return messages;
    }

    /// In whose name iOS shows the encryption notice: the group's, or the other person's.
    @Nullable String noticeAuthor() {
        return noticeAuthor;
    }

    private Message message(Entry entry, LocalDateTime sentAt) {
        String rest = entry.rest();
        int end = senders.authorEnd(rest);
        if (end < 0) {
            String text = trimmed(joined(rest, entry.more()));
            Kind kind = body.isCall(text, true) ? Kind.CALL : Kind.SYSTEM;
            return new Message(null, sentAt, false, kind, text);
        }
        String author = Marks.plain(rest.substring(0, end));
        String text = trimmed(joined(afterBlank(rest, end + 1), entry.more()));
        boolean appsOwn = text.indexOf(Marks.LEFT_TO_RIGHT) == 0;
        boolean brackets = entry.header().style().frame() == HeaderStyle.Frame.BRACKETS;
        if (isSystem(author, text, appsOwn, brackets)) {
            return new Message(
                    null, sentAt, false, Kind.SYSTEM, text.substring(Marks.skip(text, 0)));
        }
        Body.Read read = body.read(text, appsOwn);
        return new Message(author, sentAt, false, read.kind(), read.text());
    }

    /// iOS shows lines about the chat in somebody's name, with U+200E before them.
    private boolean isSystem(String author, String text, boolean appsOwn, boolean brackets) {
        boolean notice = words.isNotice(text) && text.indexOf('\n') < 0;
        if (notice && (appsOwn || (brackets && isWholeNotice(text)))) {
            noticeAuthor = noticeAuthor == null ? author : noticeAuthor;
            return true;
        }
        if (!appsOwn || !brackets) {
            return false;
        }
        Body.Read read = body.read(text, true);
        if (read.kind() != Kind.TEXT) {
            return false;
        }
        String plain = Marks.plain(text);
        return words.isAboutTheChat(plain)
                || plain.startsWith(author + " ")
                || (!senders.speaks(author)
                        && (author.equals(chatName) || author.equals(noticeAuthor)));
    }

    /// The notice has two sentences and is the same for everybody; people who write about
    /// encryption write less, or more.
    private static boolean isWholeNotice(String text) {
        return text.length() > 60 && text.length() < 400;
    }

    private static String afterBlank(String rest, int from) {
        int at = Marks.skip(rest, from);
        // Marks behind the blank are the app's sign before its own words; keep them.
        return at < rest.length() && Marks.isBlank(rest.charAt(at))
                ? rest.substring(at + 1)
                : rest.substring(at);
    }

    private static String joined(String first, List<String> more) {
        if (more.isEmpty()) {
            return first;
        }
        StringBuilder text = new StringBuilder(first);
        for (String line : more) {
            text.append('\n').append(line);
        }
        return text.toString();
    }

    /// Without empty lines at the end; blanks within the last line are the writer's.
    private static String trimmed(String text) {
        int end = text.length();
        int at = end;
        while (at > 0 && (text.charAt(at - 1) == '\n' || Marks.isBlank(text.charAt(at - 1)))) {
            at--;
            if (text.charAt(at) == '\n') {
                end = at;
            }
        }
        return text.substring(0, end);
    }
}
