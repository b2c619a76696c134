package understudy.text.jinja;

import java.math.BigDecimal;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import understudy.text.jinja.Value.Bool;
import understudy.text.jinja.Value.Dict;
import understudy.text.jinja.Value.Int;
import understudy.text.jinja.Value.None;
import understudy.text.jinja.Value.Real;
import understudy.text.jinja.Value.Seq;

/// Writes values as Python's `repr`, or as JSON; strings inside keep their origins.
final class Printer {
    private final Budget budget;
    private final boolean json;

    /// Blanks a level of JSON; negative: all on one line.
    private final int indent;

    private final boolean sorted;
    private final Text.Builder out = new Text.Builder();

    private Printer(Budget budget, boolean json, int indent, boolean sorted) {
        this.budget = budget;
        this.json = json;
        this.indent = indent;
        this.sorted = sorted;
    }

    static Text repr(Value value, Budget budget) {
        Printer printer = new Printer(budget, false, -1, false);
        printer.write(value, 0);
        return printer.out.build();
    }

    /// @param indent blanks a level; negative: all on one line
    static Text json(Value value, int indent, boolean sorted, Budget budget) {
        Printer printer = new Printer(budget, true, indent, sorted);
        printer.write(value, 0);
        return printer.out.build();
    }

    private void write(Value value, int level) {
        budget.enter();
        budget.text(out.length(), 0);
        switch (value) {
            case Text text -> string(text);
            case Int(long number) -> put(Long.toString(number));
            case Real(double number) -> put(real(number));
            case Bool(boolean truth) ->
                    put(json ? String.valueOf(truth) : truth ? "True" : "False");
            case None none -> put(json ? "null" : "None");
            case Seq(List<Value> items) -> list(items, level);
            case Dict(Map<Value, Value> entries) -> dictionary(entries, level);
            default -> throw new TemplateFault("the printing of a " + Values.kind(value));
        }
        budget.leave();
    }

    private void list(List<Value> items, int level) {
        put("[");
        for (int i = 0; i < items.size(); i++) {
            separate(i, level + 1);
            write(items.get(i), level + 1);
        }
        close(items.isEmpty(), "]", level);
    }

    private void dictionary(Map<Value, Value> entries, int level) {
        put("{");
        Iterator<Map.Entry<Value, Value>> ordered =
                sorted
                        ? entries.entrySet().stream()
                                .sorted((a, b) -> Values.compare(a.getKey(), b.getKey()))
                                .iterator()
                        : entries.entrySet().iterator();
        for (int i = 0; ordered.hasNext(); i++) {
            Map.Entry<Value, Value> entry = ordered.next();
            separate(i, level + 1);
            Value key = entry.getKey();
            write(json && !(key instanceof Text) ? repr(key, budget) : key, level + 1);
            put(": ");
            write(entry.getValue(), level + 1);
        }
        close(entries.isEmpty(), "}", level);
    }

    private void separate(int index, int level) {
        if (indent >= 0) {
            put(index > 0 ? ",\n" : "\n");
            put(" ".repeat(indent * level));
        } else if (index > 0) {
            put(", ");
        }
    }

    private void close(boolean empty, String bracket, int level) {
        if (indent >= 0 && !empty) {
            put("\n" + " ".repeat(indent * level));
        }
        put(bracket);
    }

    private void string(Text text) {
        String all = text.characters();
        boolean doubleQuotes = json || (all.contains("'") && !all.contains("\""));
        char quote = doubleQuotes ? '"' : '\'';
        put(String.valueOf(quote));
        for (int i = 0; i < all.length(); i++) {
            out.append(escaped(all.charAt(i), quote), text.originAt(i));
        }
        put(String.valueOf(quote));
    }

    private String escaped(char c, char quote) {
        if (c == quote || c == '\\') {
            return "\\" + c;
        }
        return switch (c) {
            case '\n' -> "\\n";
            case '\r' -> "\\r";
            case '\t' -> "\\t";
            case '\b' -> json ? "\\b" : "\\x08";
            case '\f' -> json ? "\\f" : "\\x0c";
            default -> {
                if (c < 0x20 || (c == 0x7F && !json)) {
                    yield json ? "\\u%04x".formatted((int) c) : "\\x%02x".formatted((int) c);
                }
                yield String.valueOf(c);
            }
        };
    }

    /// The shortest digits that give the number back, as Python writes them.
    private static String real(double number) {
        if (Double.isNaN(number)) {
            return "nan";
        }
        if (Double.isInfinite(number)) {
            return number > 0 ? "inf" : "-inf";
        }
        double size = Math.abs(number);
        BigDecimal digits = new BigDecimal(Double.toString(number));
        if (size != 0 && (size < 1e-4 || size >= 1e16)) {
            String unscaled = digits.stripTrailingZeros().unscaledValue().abs().toString();
            int exponent = digits.precision() - digits.scale() - 1;
            String fraction = unscaled.length() > 1 ? "." + unscaled.substring(1) : "";
            String sign = number < 0 ? "-" : "";
            return "%s%s%se%s%02d"
                    .formatted(
                            sign,
                            unscaled.charAt(0),
                            fraction,
                            exponent < 0 ? "-" : "+",
                            Math.abs(exponent));
        }
        String plain = digits.toPlainString();
        return plain.contains(".") ? plain : plain + ".0";
    }

    private void put(String text) {
        out.append(text, Text.SCAFFOLD);
    }
}
