package understudy.cli;

import java.util.List;

/// Prints rows with columns of even width.
final class Table {
    private static final String GAP = "  ";

    private Table() {}

    /// @param rows the first is the heading; all of the same length
    static void print(List<List<String>> rows, Console console) {
        int columns = rows.getFirst().size();
        int[] widths = new int[columns];
        for (List<String> row : rows) {
            for (int c = 0; c < columns; c++) {
                widths[c] = Math.max(widths[c], row.get(c).codePointCount(0, row.get(c).length()));
            }
        }
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int c = 0; c < columns; c++) {
                String cell = row.get(c);
                line.append(cell);
                int pad = widths[c] - cell.codePointCount(0, cell.length());
                line.append(" ".repeat(pad)).append(GAP);
            }
            console.say(line.toString().stripTrailing());
        }
    }
}
