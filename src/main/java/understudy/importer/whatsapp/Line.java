package understudy.importer.whatsapp;

import java.util.ArrayList;
import java.util.List;

/// A line of an export.
///
/// @param number    from 1
/// @param text      without its end
/// @param afterCrlf whether the line before it ended in CR LF; iOS ends messages so, and breaks
///                  lines within a message by LF alone
record Line(int number, String text, boolean afterCrlf) {

    /// Splits at LF, CR LF and lone CR. Other separators of Unicode are the writer's own.
    static List<Line> split(String text) {
        List<Line> lines = new ArrayList<>();
        int from = 0;
        boolean crlf = true; // the first line stands where a message ended
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c != '\n' && c != '\r') {
                continue;
            }
            lines.add(new Line(lines.size() + 1, text.substring(from, i), crlf));
            crlf = c == '\r' && i + 1 < text.length() && text.charAt(i + 1) == '\n';
            i += crlf ? 1 : 0;
            from = i + 1;
        }
        if (from < text.length()) {
            lines.add(new Line(lines.size() + 1, text.substring(from), crlf));
        }
        return lines;
    }
}
