package understudy.evaluate.leak;

import java.util.List;
import java.util.Locale;
import java.util.Map;

/// A leak report as one page of HTML that needs nothing else, and nothing from the network.
public final class LeakPage {
    private static final int WIDTH = 360;

    private LeakPage() {}

    public static String of(LeakReport report) {
        StringBuilder page = new StringBuilder();
        page.append(
                """
                <!doctype html><html lang="en"><meta charset="utf-8">
                <meta http-equiv="Content-Security-Policy" content="default-src 'none'; \
                style-src 'unsafe-inline'">
                <title>Leak report</title>
                <style>body{font:16px/1.5 system-ui,sans-serif;max-width:46rem;margin:2rem auto;\
                padding:0 1rem}table{border-collapse:collapse}td,th{padding:.2rem .8rem .2rem 0;\
                text-align:left;vertical-align:top}.failed{color:#a00}.passed{color:#060}\
                .unknown,.incomplete,.invalid{color:#850}rect{fill:#46c}line{stroke:#a00}\
                @media(prefers-color-scheme:dark){body{background:#111;color:#ddd}}</style>
                """);
        page.append("<h1>What can be got out of run ").append(safe(report.run())).append("</h1>\n");
        String verdict = report.verdict();
        page.append("<p>Verdict: <b class=\"").append(verdict).append("\">");
        page.append(verdict).append("</b></p>\n");
        for (String fault : report.faults()) {
            page.append("<p class=\"invalid\">The planted secrets say nothing: ");
            page.append(safe(fault)).append(".</p>\n");
        }
        page.append("<h2>What must hold</h2>\n<table>\n");
        for (Gate gate : report.gates()) {
            row(
                    page,
                    "<b class=\"%1$s\">%1$s</b>".formatted(gate.state().key()),
                    safe(gate.what()),
                    safe(gate.detail()));
        }
        page.append("</table>\n");
        secrets(page, report);
        page.append("<h2>Everything</h2>\n<ul>\n");
        report.text().forEach(line -> page.append("<li>").append(safe(line)).append("</li>\n"));
        return page.append("</ul>\n</html>\n").toString();
    }

    private static void secrets(StringBuilder page, LeakReport report) {
        if (report.canaries().isEmpty()) {
            return;
        }
        page.append(
                "<h2>Planted secrets</h2>\n<p>Bits given away of each, in the mean: none is 0,");
        page.append(" chance gives 1.44 (red line), all is ");
        page.append(LeakReport.round(report.mostBits())).append(".</p>\n<table>\n");
        for (Map.Entry<String, List<CanaryTest.Found>> group : report.groups().entrySet()) {
            double mean =
                    group.getValue().stream()
                            .mapToDouble(CanaryTest.Found::bits)
                            .average()
                            .orElse(0);
            double scale = WIDTH / Math.max(1, report.mostBits());
            row(
                    page,
                    safe(group.getKey()),
                    String.format(
                            Locale.ROOT,
                            "<svg width=\"%d\" height=\"16\"><rect width=\"%.1f\" height=\"16\"/>"
                                    + "<line x1=\"%.1f\" x2=\"%.1f\" y1=\"0\" y2=\"16\"/></svg>",
                            WIDTH,
                            mean * scale,
                            Exposure.CHANCE * scale,
                            Exposure.CHANCE * scale),
                    LeakReport.round(mean));
        }
        page.append("</table>\n");
    }

    private static void row(StringBuilder page, String... cells) {
        page.append("<tr>");
        for (String cell : cells) {
            page.append("<td>").append(cell).append("</td>");
        }
        page.append("</tr>\n");
    }

    private static String safe(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
