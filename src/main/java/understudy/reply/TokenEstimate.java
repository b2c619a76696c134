package understudy.reply;

import java.util.List;
import understudy.text.Line;

/// How many tokens a text has at most, roughly, where the tokenizer is not here.
///
/// Counted: for each run of ASCII letters a third of them, two thirds of more than twelve, and each
/// capital but the first; every other ASCII character but a single blank before a word; every byte
/// of all others in UTF-8. No tokenizer that falls back to bytes needs more than a byte each.
/// `docs/upstream.md` says how it compares with four tokenizers on 60,000 chat messages.
final class TokenEstimate {
    /// Tokens that a template spends on a line: role, marks and line breaks.
    static final int A_LINE = 8;

    /// Tokens at the beginning, and for what opens the answer.
    static final int A_PROMPT = 8;

    private static final int LONG_WORD = 12;

    private TokenEstimate() {}

    static int of(List<Line> lines) {
        long tokens = A_PROMPT;
        for (Line line : lines) {
            tokens += A_LINE + of(line.content());
        }
        return (int) Math.min(Integer.MAX_VALUE, tokens);
    }

    static int of(String text) {
        int tokens = 1;
        int at = 0;
        while (at < text.length()) {
            int c = text.codePointAt(at);
            if (isLetter(c)) {
                int end = at + 1;
                int capitals = 0;
                while (end < text.length() && isLetter(text.charAt(end))) {
                    capitals += text.charAt(end) < 'a' ? 1 : 0;
                    end++;
                }
                tokens += word(end - at, capitals);
                at = end;
                continue;
            }
            int next = at + Character.charCount(c);
            boolean lead = c == ' ' && next < text.length() && text.charAt(next) != ' ';
            tokens += lead ? 0 : bytes(c);
            at = next;
        }
        return tokens;
    }

    private static int word(int letters, int capitals) {
        int parts = letters > LONG_WORD ? (2 * letters + 2) / 3 : (letters + 2) / 3;
        return Math.max(capitals, parts);
    }

    private static boolean isLetter(int c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    }

    private static int bytes(int c) {
        return c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    }
}
