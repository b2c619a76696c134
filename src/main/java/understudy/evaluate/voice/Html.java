package understudy.evaluate.voice;

import java.util.List;

/// Pieces of a page. Well-formed as XML too, so that a strict reader can check it.
final class Html {
    private Html() {}

    /// Text of strangers as text: no mark-up, no control characters, no change of direction.
    static String escaped(String text) {
        StringBuilder out = new StringBuilder();
        text.codePoints()
                .forEach(c -> {
                    switch (c) {
                        case '<' -> out.append("&lt;");
                        case '>' -> out.append("&gt;");
                        case '&' -> out.append("&amp;");
                        case '"' -> out.append("&quot;");
                        case '\n', '\t' -> out.appendCodePoint(c);
                        default -> out.appendCodePoint(forbidden(c) ? 0xFFFD : c);
                    }
                });
        return out.toString();
    }

    private static boolean forbidden(int c) {
        return Character.isISOControl(c)
                || (c >= 0xD800 && c <= 0xDFFF)
                || c == 0xFFFE
                || c == 0xFFFF
                || (c >= 0x202A && c <= 0x202E)
                || (c >= 0x2066 && c <= 0x2069);
    }

    /// A table whose first column names the row; numbers stand at the right.
    ///
    /// @param caption what it shows
    /// @param head    names of the columns
    static String table(String caption, List<String> head, List<List<String>> rows) {
        StringBuilder html = new StringBuilder("<div class=\"scroll\"><table><caption>");
        html.append(escaped(caption)).append("</caption><thead><tr>");
        head.forEach(h -> html.append("<th scope=\"col\">").append(escaped(h)).append("</th>"));
        html.append("</tr></thead><tbody>");
        for (List<String> row : rows) {
            html.append("<tr><th scope=\"row\">").append(escaped(row.getFirst())).append("</th>");
            row.subList(1, row.size())
                    .forEach(cell -> html.append("<td>").append(escaped(cell)).append("</td>"));
            html.append("</tr>");
        }
        return html.append("</tbody></table></div>").toString();
    }

    static String paragraph(String text) {
        return "<p>" + escaped(text) + "</p>";
    }

    static String details(String summary, String inner) {
        return "<details><summary>" + escaped(summary) + "</summary>" + inner + "</details>";
    }
}
