package understudy.reply;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// Takes server-sent events apart, in whatever parts their bytes come.
///
/// As the HTML standard has it: lines end in CR, LF or both; several `data` lines are one text;
/// lines that begin with a colon are comments. Two things are taken beyond it: an event that the
/// end of the stream ends, and lines that begin with `error`, which llama-server has written.
final class EventStream {
    /// @param type `message` where none was given
    record Event(String type, String data) {}

    private static final byte[] MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};

    private final int mostBytes;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    private final StringBuilder data = new StringBuilder();
    private String type = "message";
    private boolean hasData;
    private boolean first = true;
    private boolean afterReturn;
    private int bytes;

    /// @param mostBytes of one event
    EventStream(int mostBytes) {
        this.mostBytes = mostBytes;
    }

    /// @return what is complete now
    /// @throws IOException where an event is too long
    List<Event> add(byte[] part) throws IOException {
        List<Event> events = new ArrayList<>();
        for (byte b : part) {
            boolean second = afterReturn && b == '\n';
            afterReturn = b == '\r';
            if (second) {
                continue;
            }
            if (b == '\n' || b == '\r') {
                endLine(events);
            } else {
                line.write(b);
                if (++bytes > mostBytes) {
                    throw new IOException("an event of more than " + mostBytes + " bytes");
                }
            }
        }
        return events;
    }

    /// @return what the end of the stream completes
    List<Event> end() {
        List<Event> events = new ArrayList<>();
        if (line.size() > 0) {
            endLine(events);
        }
        dispatch(events);
        return events;
    }

    private void endLine(List<Event> events) {
        byte[] all = line.toByteArray();
        line.reset();
        int from = first && startsWithMark(all) ? MARK.length : 0;
        first = false;
        String text = new String(all, from, all.length - from, StandardCharsets.UTF_8);
        if (text.isEmpty()) {
            dispatch(events);
            return;
        }
        int colon = text.indexOf(':');
        String field = colon < 0 ? text : text.substring(0, colon);
        String value = colon < 0 ? "" : text.substring(colon + 1);
        value = value.startsWith(" ") ? value.substring(1) : value;
        switch (field) {
            case "data" -> append(value);
            case "event" -> type = value;
            case "error" -> {
                type = "error";
                append(value);
            }
            default -> {} // comments, ids, and times to reconnect after
        }
    }

    private void append(String value) {
        if (hasData) {
            data.append('\n');
        }
        data.append(value);
        hasData = true;
    }

    private void dispatch(List<Event> events) {
        if (hasData) {
            events.add(new Event(type, data.toString()));
        }
        data.setLength(0);
        hasData = false;
        type = "message";
        bytes = 0;
    }

    private static boolean startsWithMark(byte[] text) {
        return text.length >= MARK.length
                && text[0] == MARK[0]
                && text[1] == MARK[1]
                && text[2] == MARK[2];
    }
}
