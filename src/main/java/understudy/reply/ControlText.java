package understudy.reply;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import understudy.text.Line;
import understudy.text.Tokenizer;
import understudy.text.Tokenizer.ControlSpan;

/// Keeps what people write from being read as control tokens by a server that gets it as text.
///
/// A zero-width non-joiner goes behind the first character of whatever looks like one: it reads as
/// before, and is no control token any more.
final class ControlText {
    /// U+200C.
    static final char BREAK = '\u200C';

    /// `<|anything|>`, also with the full-width bars of DeepSeek: no tokenizer is needed to tell.
    private static final String BARS = "<[|\uFF5C][^<>\\r\\n]{0,64}?[|\uFF5C]>";

    /// Marks of Llama 2 and Mistral, Gemma, T5, Phi, Granite, Command R and of thinking models.
    private static final String NAMED =
            "</?s>|<(?:unk|pad|bos|eos|mask|sep|cls|start_of_turn|end_of_turn|start_of_image"
                    + "|end_of_image|image_soft_token|endoftext|fim_prefix|fim_middle|fim_suffix"
                    + "|start_of_role|end_of_role|end_of_text)>"
                    + "|\\[/?(?:INST|SYSTEM_PROMPT|AVAILABLE_TOOLS|TOOL_RESULTS|THINK)\\]"
                    + "|\\[(?:TOOL_CALLS|TOOL_CONTENT|IMG|IMG_BREAK|IMG_END|PREFIX|MIDDLE|SUFFIX"
                    + "|ARGS|CALL_ID|UNK|CLS|SEP|PAD|MASK|gMASK|sMASK)\\]"
                    + "|<</?SYS>>|</?(?:think|tool_call|tool_response|tools|turn|channel)>"
                    + "|<(?:unused|reserved_|extra_id_)\\d+>|<0x[0-9A-Fa-f]{2}>";

    private static final Pattern BARRED = Pattern.compile(BARS);
    private static final Pattern KNOWN =
            Pattern.compile(BARS + "|" + NAMED, Pattern.CASE_INSENSITIVE);

    private final @Nullable Tokenizer tokenizer;

    /// @param tokenizer the server's, whose control tokens are then known; null to break all that
    ///     look like those of the known families
    ControlText(@Nullable Tokenizer tokenizer) {
        this.tokenizer = tokenizer;
    }

    Line harmless(Line line) {
        String name = line.name();
        return new Line(
                line.role(),
                name == null ? null : harmless(name),
                harmless(line.content()),
                line.relation());
    }

    List<Line> harmless(List<Line> lines) {
        return lines.stream().map(this::harmless).toList();
    }

    /// `text` without anything that becomes a control token.
    String harmless(String text) {
        String broken = breakAll(text, tokenizer == null ? KNOWN : BARRED);
        return tokenizer == null ? broken : breakControls(broken, tokenizer);
    }

    private static String breakAll(String text, Pattern pattern) {
        String before;
        String after = text;
        do {
            before = after;
            Matcher found = pattern.matcher(before);
            after = found.replaceAll(m -> Matcher.quoteReplacement(broken(m.group())));
        } while (!after.equals(before)); // what is left of one may be another
        return after;
    }

    private static String breakControls(String text, Tokenizer tokenizer) {
        String result = text;
        List<ControlSpan> found = tokenizer.controlsIn(result);
        while (!found.isEmpty()) {
            StringBuilder changed = new StringBuilder(result);
            for (ControlSpan span : found.reversed()) {
                // blanks that a token swallows belong to its span
                String literal = result.substring(span.start(), span.end());
                int at = span.end() - literal.stripLeading().length();
                changed.replace(at, span.end(), broken(result.substring(at, span.end())));
            }
            result = changed.toString();
            found = tokenizer.controlsIn(result);
        }
        return result;
    }

    /// A control token of one character cannot be broken; nobody writes it by chance.
    private static String broken(String literal) {
        int one = literal.isEmpty() ? 0 : Character.charCount(literal.codePointAt(0));
        return literal.strip().length() <= one
                ? "\uFFFD"
                : literal.substring(0, one) + BREAK + literal.substring(one);
    }
}
