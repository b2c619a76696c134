package understudy.dataset;

import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import understudy.base.Printable;
import understudy.text.ConversationEncoder;
import understudy.text.Line;
import understudy.text.TokenRow;
import understudy.text.Tokenizer;

/// A row as the model reads it, with the tokens that are learned marked.
///
/// It is made from the token ids, not from the text, so that what it shows is what is learned.
public final class Preview {
    private static final Pattern CONTROL = Pattern.compile("<[^<>\\s]{1,40}>|\\[/?[A-Z_]{1,30}]");

    private final ConversationEncoder encoder;
    private final DatasetConfig config;
    private final String open;
    private final String close;

    /// @param colour whether to mark by a green background, else by `[[` and `]]`
    public Preview(ConversationEncoder encoder, DatasetConfig config, boolean colour) {
        this.encoder = encoder;
        this.config = config;
        this.open = colour ? "\u001b[42;30m" : "[[";
        this.close = colour ? "\u001b[0m" : "]]";
    }

    /// A sample that shows the most in the least room: the shortest one with at least four turns,
    /// else the shortest.
    public String of(Prepared prepared) {
        List<PreparedRow> rows = prepared.part(Part.TRAIN);
        PreparedRow best = rows.getFirst();
        for (PreparedRow row : rows) {
            boolean more = telling(row) && !telling(best);
            boolean shorter = row.tokens().length() < best.tokens().length();
            if (more || (shorter && telling(row) == telling(best))) {
                best = row;
            }
        }
        return of(best.lines(), best.tokens(), best.learned(config));
    }

    private static boolean telling(PreparedRow row) {
        return row.lines().size() > 4 && row.ownTurns() > 1;
    }

    String of(List<Line> lines, TokenRow row, BitSet learned) {
        Tokenizer tokenizer = encoder.tokenizer();
        Map<Integer, String> literals = literals(encoder.render(lines), tokenizer);
        StringBuilder shown = new StringBuilder();
        int at = 0;
        while (at < row.length()) {
            boolean marked = learned.get(at);
            int end = marked ? learned.nextClearBit(at) : learned.nextSetBit(at);
            end = end < 0 ? row.length() : Math.min(end, row.length());
            String text = text(Arrays.copyOfRange(row.ids(), at, end), tokenizer, literals);
            shown.append(marked ? mark(Printable.lines(text)) : Printable.lines(text));
            shown.append(text.endsWith("\n") ? "\n" : "");
            at = end;
        }
        return shown.toString();
    }

    /// Line by line, so that a terminal does not colour the rest of the line.
    private String mark(String text) {
        return open + text.replace("\n", close + "\n" + open) + close;
    }

    /// Decodes runs of ordinary tokens together, since one may be half a character.
    private static String text(int[] ids, Tokenizer tokenizer, Map<Integer, String> literals) {
        StringBuilder text = new StringBuilder();
        int at = 0;
        while (at < ids.length) {
            int end = at;
            while (end < ids.length && !tokenizer.isControl(ids[end])) {
                end++;
            }
            text.append(tokenizer.decode(Arrays.copyOfRange(ids, at, end)));
            if (end < ids.length) {
                text.append(literals.getOrDefault(ids[end], "<token " + ids[end] + ">"));
                end++;
            }
            at = end;
        }
        return text.toString();
    }

    /// What the control tokens of the rendered text are called.
    private static Map<Integer, String> literals(String rendered, Tokenizer tokenizer) {
        Map<Integer, String> literals = new HashMap<>();
        Matcher words = CONTROL.matcher(rendered);
        while (words.find()) {
            OptionalInt id = tokenizer.control(words.group());
            id.ifPresent(i -> literals.put(i, words.group()));
        }
        return literals;
    }
}
