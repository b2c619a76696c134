package understudy.importer.whatsapp;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Tells whether a line begins like a message, and takes its date and clock apart.
///
/// No list of formats: a header is five or six numbers (or four or five and a month's name), with
/// separators between them that dates and clocks have, in brackets or before a dash.
final class HeaderParser {
    /// The longest seen has 41 characters, with marks around every number.
    private static final int MAX_HEAD = 64;

    private static final String DASHES = "-\u2010\u2011\u2012\u2013\u2014\u2212\u30FC";

    private HeaderParser() {}

    /// A header in brackets or before a dash; null where `line` is none.
    static @Nullable Header parse(String line) {
        int start = start(line);
        if (start == line.length() || !canBegin(line, start)) {
            return null;
        }
        char first = line.charAt(start);
        return first == '[' || first == '［' ? bracketed(line, start) : dashed(line, start);
    }

    /// A header without brackets and dash, as some old versions wrote them. Only for files that
    /// have no others: such a beginning is common in ordinary text too.
    static @Nullable Header parseBare(String line) {
        int start = start(line);
        if (start == line.length() || Character.digit(line.charAt(start), 10) < 0) {
            return null;
        }
        int end = Math.min(line.length(), start + MAX_HEAD);
        for (int at = end - 1; at > start + 10; at--) {
            if (!Marks.isBlank(line.charAt(at))) {
                continue;
            }
            boolean colon = line.charAt(at - 1) == ':';
            String head = line.substring(start, colon ? at - 1 : at);
            HeaderStyle.Frame frame = colon ? HeaderStyle.Frame.COLON : HeaderStyle.Frame.BARE;
            Header header = HeadNumbers.parse(head, frame, at + 1);
            if (header != null) {
                return header;
            }
        }
        return null;
    }

    private static int start(String line) {
        return Marks.skip(line, 0);
    }

    /// Spares most lines the closer look.
    private static boolean canBegin(String line, int start) {
        char first = line.charAt(start);
        if (first == '[' || first == '［' || Character.digit(first, 10) >= 0) {
            return true;
        }
        if (!Character.isLetter(first)) {
            return false;
        }
        int digits = 0;
        int end = Math.min(line.length(), start + MAX_HEAD);
        for (int i = start; i < end; i++) {
            digits += Character.digit(line.charAt(i), 10) >= 0 ? 1 : 0;
        }
        return digits >= 5;
    }

    private static @Nullable Header bracketed(String line, int start) {
        int end = Math.min(line.length(), start + MAX_HEAD);
        for (int at = start + 1; at < end; at++) {
            char c = line.charAt(at);
            if (c == ']' || c == '］') {
                String head = line.substring(start + 1, at);
                return HeadNumbers.parse(
                        head, HeaderStyle.Frame.BRACKETS, afterBlank(line, at + 1));
            }
        }
        return null;
    }

    private static @Nullable Header dashed(String line, int start) {
        int end = Math.min(line.length(), start + MAX_HEAD);
        for (int at : dashes(line, start, end)) {
            Header header =
                    HeadNumbers.parse(
                            line.substring(start, at),
                            HeaderStyle.Frame.DASH,
                            afterBlank(line, at + 1));
            if (header != null) {
                return header;
            }
        }
        return null;
    }

    /// Dashes with a blank, or nothing but marks and a blank, on both sides.
    private static List<Integer> dashes(String line, int start, int end) {
        List<Integer> found = new ArrayList<>();
        for (int at = start + 1; at < end; at++) {
            if (DASHES.indexOf(line.charAt(at)) < 0) {
                continue;
            }
            int before = at - 1;
            while (before > start && Marks.isMark(line.charAt(before))) {
                before--;
            }
            int after = Marks.skip(line, at + 1);
            if (Marks.isBlank(line.charAt(before))
                    && (after >= line.length() || Marks.isBlank(line.charAt(after)))) {
                found.add(at);
            }
        }
        return found;
    }

    /// One blank belongs to the header; more are the writer's.
    private static int afterBlank(String line, int from) {
        int at = Marks.skip(line, from);
        return at < line.length() && Marks.isBlank(line.charAt(at)) ? at + 1 : from;
    }
}
