package understudy.importer.whatsapp;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Finds the lines that open a message.
///
/// An app writes all headers of an export in one style. A line in another style is part of a
/// message: somebody pasted a piece of another export, or wrote a date. So the styles are
/// counted first, and lines of rare ones stay text.
final class HeaderScan {
    /// A second style counts from this share of the first on: two exports put together.
    private static final double SECOND_STYLE = 0.2;

    private static final int SECOND_STYLE_LINES = 3;

    /// From this many on in one piece, headers of a second style are an export of their own.
    private static final int BLOCK_LINES = 20;

    /// How many headers it takes to believe that CR LF ends messages.
    private static final int CRLF_LINES = 20;

    private final List<Line> lines;
    private final List<@Nullable Header> headers = new ArrayList<>();
    private int foreign;

    private HeaderScan(List<Line> lines) {
        this.lines = lines;
    }

    /// Headers line by line; null for a line that opens no message.
    static HeaderScan of(List<Line> lines) {
        HeaderScan scan = new HeaderScan(lines);
        if (scan.find(HeaderParser::parse) == 0) {
            scan.headers.clear();
            scan.find(HeaderParser::parseBare);
        }
        scan.dropRareStyles();
        scan.dropPastedLines();
        return scan;
    }

    /// Whether some line among the first of `lines` begins like a message.
    static boolean opens(List<Line> lines) {
        return lines.stream()
                .anyMatch(line ->
                        HeaderParser.parse(line.text()) != null
                                || HeaderParser.parseBare(line.text()) != null);
    }

    List<@Nullable Header> headers() {
        return headers;
    }

    /// Lines that look like a header but are taken as text.
    int foreign() {
        return foreign;
    }

    private int find(Function<String, @Nullable Header> parser) {
        int found = 0;
        for (Line line : lines) {
            Header header = parser.apply(line.text());
            headers.add(header);
            found += header == null ? 0 : 1;
        }
        return found;
    }

    private void dropRareStyles() {
        Map<HeaderStyle, Integer> counts = new HashMap<>();
        HeaderStyle most = null;
        for (Header header : headers) {
            if (header != null) {
                counts.merge(header.style(), 1, Integer::sum);
            }
        }
        // The earlier of two equally frequent styles: a paste comes after what it is pasted into.
        for (Header header : headers) {
            if (header != null
                    && (most == null || count(counts, header.style()) > count(counts, most))) {
                most = header.style();
            }
        }
        if (most == null) {
            return;
        }
        Set<HeaderStyle> kept = new HashSet<>(Set.of(most));
        for (HeaderStyle style : counts.keySet()) {
            int count = count(counts, style);
            boolean common =
                    count >= SECOND_STYLE_LINES && count >= SECOND_STYLE * count(counts, most);
            if (common || (count >= BLOCK_LINES && inOnePiece(style))) {
                kept.add(style);
            }
        }
        for (int i = 0; i < headers.size(); i++) {
            Header header = headers.get(i);
            if (header != null && !kept.contains(header.style())) {
                headers.set(i, null);
                foreign++;
            }
        }
    }

    private static int count(Map<HeaderStyle, Integer> counts, HeaderStyle style) {
        return counts.getOrDefault(style, 0);
    }

    private boolean inOnePiece(HeaderStyle style) {
        int pieces = 0;
        boolean within = false;
        for (Header header : headers) {
            if (header != null) {
                boolean same = header.style().equals(style);
                pieces += same && !within ? 1 : 0;
                within = same;
            }
        }
        return pieces == 1;
    }

    /// In a file where every message ends in CR LF and every break within one is LF, a header
    /// behind a bare LF was pasted.
    private void dropPastedLines() {
        int ends = 0;
        int breaks = 0;
        for (int i = 0; i < lines.size(); i++) {
            boolean header = headers.get(i) != null;
            if (header && lines.get(i).afterCrlf()) {
                ends++;
            } else if (!header && lines.get(i).afterCrlf()) {
                return;
            } else if (!header) {
                breaks++;
            }
        }
        if (ends < CRLF_LINES || breaks == 0) {
            return;
        }
        long pasted = 0;
        for (int i = 0; i < lines.size(); i++) {
            pasted += headers.get(i) != null && !lines.get(i).afterCrlf() ? 1 : 0;
        }
        if (pasted * CRLF_LINES > ends) {
            return;
        }
        for (int i = 0; i < lines.size(); i++) {
            if (headers.get(i) != null && !lines.get(i).afterCrlf()) {
                headers.set(i, null);
                foreign++;
            }
        }
    }
}
