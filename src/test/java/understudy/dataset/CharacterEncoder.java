package understudy.dataset;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.OptionalInt;
import understudy.chat.Role;
import understudy.text.ConversationEncoder;
import understudy.text.Line;
import understudy.text.TokenRow;
import understudy.text.Tokenizer;

/// A model whose tokens are code points, in ChatML: every length can be counted by hand.
final class CharacterEncoder implements ConversationEncoder, Tokenizer {
    static final int START = 0;
    static final int END = 1;
    private static final int FIRST = 2;

    @Override
    public List<Line> fitted(List<Line> lines) {
        return lines;
    }

    @Override
    public String render(List<Line> lines) {
        StringBuilder text = new StringBuilder();
        for (Line line : lines) {
            text.append("<|im_start|>").append(line.role().word()).append('\n');
            text.append(line.content()).append("<|im_end|>\n");
        }
        return text.toString();
    }

    @Override
    public TokenRow encode(List<Line> lines) {
        List<Integer> ids = new ArrayList<>();
        BitSet own = new BitSet();
        for (Line line : lines) {
            ids.add(START);
            add(ids, line.role().word() + "\n");
            int from = ids.size();
            add(ids, line.content());
            ids.add(END);
            if (line.role() == Role.ASSISTANT) {
                own.set(from, ids.size());
            }
            add(ids, "\n");
        }
        return new TokenRow(ids.stream().mapToInt(i -> i).toArray(), own);
    }

    private static void add(List<Integer> ids, String text) {
        text.codePoints().forEach(c -> ids.add(c + FIRST));
    }

    @Override
    public Tokenizer tokenizer() {
        return this;
    }

    @Override
    public int vocabularySize() {
        return Character.MAX_CODE_POINT + 1 + FIRST;
    }

    @Override
    public int[] encode(String text, Place place) {
        return text.codePoints().map(c -> c + FIRST).toArray();
    }

    @Override
    public List<ControlSpan> controlsIn(String scaffold) {
        return List.of();
    }

    @Override
    public OptionalInt control(String literal) {
        return switch (literal) {
            case "<|im_start|>" -> OptionalInt.of(START);
            case "<|im_end|>" -> OptionalInt.of(END);
            default -> OptionalInt.empty();
        };
    }

    @Override
    public boolean isControl(int id) {
        return id < FIRST;
    }

    @Override
    public String decode(int[] ids) {
        StringBuilder text = new StringBuilder();
        for (int id : ids) {
            if (!isControl(id)) {
                text.appendCodePoint(id - FIRST);
            }
        }
        return text.toString();
    }

    @Override
    public Stream stream() {
        throw new UnsupportedOperationException("nothing is generated here");
    }
}
