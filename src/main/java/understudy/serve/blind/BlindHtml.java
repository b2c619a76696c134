package understudy.serve.blind;

import java.util.List;
import understudy.chat.Role;
import understudy.evaluate.voice.BlindTest;
import understudy.text.Line;

/// The pages of a blind test.
final class BlindHtml {
    /// Lines of the conversation that are shown.
    private static final int SHOWN_LINES = 4;

    private static final String STYLE =
            """
            :root { color-scheme: light dark; --paper: #fff; --ink: #1d2330; --soft: #5b6475;
              --line: #d9dde5; --card: #f5f6f9; --mark: #0b62c4; }
            @media (prefers-color-scheme: dark) { :root { --paper: #14171d; --ink: #e8ebf1;
              --soft: #a3adbd; --line: #343b47; --card: #1c2129; --mark: #6fb1ff; } }
            body { margin: 0 auto; max-width: 36rem; padding: 1.5rem 1.25rem 4rem;
              background: var(--paper); color: var(--ink); font: 17px/1.5 system-ui, sans-serif; }
            h1 { font-size: 1.3rem; }
            .soft { color: var(--soft); font-size: .9rem; }
            .line { background: var(--card); border-radius: .8rem; padding: .5rem .9rem;
              margin: .4rem 2.5rem .4rem 0; white-space: pre-wrap; overflow-wrap: anywhere; }
            .own { margin: .4rem 0 .4rem 2.5rem; }
            button { display: block; width: 100%; text-align: left; font: inherit;
              color: inherit; background: var(--card); border: 2px solid var(--line);
              border-radius: .8rem; padding: .8rem 1rem; margin: .7rem 0; cursor: pointer;
              white-space: pre-wrap; overflow-wrap: anywhere; }
            button:hover, button:focus-visible { border-color: var(--mark); }
            """;

    private BlindHtml() {}

    static String welcome(String path, int trials) {
        return page(
                "Which one is real?",
                "<h1>Which one is real?</h1><p>You will see %d short conversations, each with two"
                                .formatted(trials)
                        + " replies. A person wrote one of them, a program the other. Choose the"
                        + " one you think is real.</p><form method=\"get\" action=\""
                        + escaped(path)
                        + "\"><button>Start</button></form>");
    }

    static String trial(BlindTest.Trial trial, int number, int of) {
        StringBuilder html = new StringBuilder("<h1>Which reply is real?</h1>");
        html.append("<p class=\"soft\">%d of %d</p>".formatted(number + 1, of));
        List<Line> before = trial.question().before();
        for (Line line : before.subList(Math.max(0, before.size() - SHOWN_LINES), before.size())) {
            if (line.role() != Role.SYSTEM) {
                boolean own = line.role() == Role.ASSISTANT;
                html.append(own ? "<p class=\"line own\">" : "<p class=\"line\">");
                html.append(escaped(line.content())).append("</p>");
            }
        }
        html.append("<form method=\"post\"><input type=\"hidden\" name=\"trial\" value=\"");
        html.append(number).append("\"/>");
        choice(html, "a", trial.first());
        choice(html, "b", trial.second());
        return page("Which reply is real?", html.append("</form>").toString());
    }

    private static void choice(StringBuilder html, String value, String text) {
        html.append("<button name=\"real\" value=\"").append(value).append("\">");
        html.append(escaped(text)).append("</button>");
    }

    static String done(int right, int of) {
        return page(
                "Thank you",
                "<h1>Thank you!</h1><p>You found the real reply in %d of %d.</p>"
                        .formatted(right, of));
    }

    private static String page(String title, String body) {
        return "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"/><meta"
                + " name=\"viewport\" content=\"width=device-width, initial-scale=1\"/><title>"
                + title
                + "</title><style>"
                + STYLE
                + "</style></head><body><main>"
                + body
                + "</main></body></html>\n";
    }

    private static String escaped(String text) {
        StringBuilder out = new StringBuilder();
        text.codePoints()
                .forEach(c -> {
                    switch (c) {
                        case '<' -> out.append("&lt;");
                        case '>' -> out.append("&gt;");
                        case '&' -> out.append("&amp;");
                        case '"' -> out.append("&quot;");
                        case '\n' -> out.append('\n');
                        default -> out.appendCodePoint(Character.isISOControl(c) ? 0xFFFD : c);
                    }
                });
        return out.toString();
    }
}
