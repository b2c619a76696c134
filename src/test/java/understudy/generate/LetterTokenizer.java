package understudy.generate;

import java.util.List;
import java.util.OptionalInt;
import understudy.text.Tokenizer;

/// Ids 0 to 159, each one character. Those from 150 on are half a character: the stream gives
/// them out together with what follows.
final class LetterTokenizer implements Tokenizer {
    private static final int FIRST_HALF = 150;

    @Override
    public int vocabularySize() {
        return 160;
    }

    @Override
    public int[] encode(String text, Place place) {
        return text.chars().map(c -> c - 0x100).toArray();
    }

    @Override
    public List<ControlSpan> controlsIn(String scaffold) {
        return List.of();
    }

    @Override
    public OptionalInt control(String literal) {
        return OptionalInt.empty();
    }

    @Override
    public boolean isControl(int id) {
        return false;
    }

    static String letter(int id) {
        return Character.toString(0x100 + id);
    }

    @Override
    public String decode(int[] ids) {
        StringBuilder text = new StringBuilder();
        for (int id : ids) {
            text.append(letter(id));
        }
        return text.toString();
    }

    @Override
    public Stream stream() {
        return new Stream() {
            private final StringBuilder held = new StringBuilder();

            @Override
            public String add(int id) {
                held.append(letter(id));
                return id >= FIRST_HALF ? "" : end();
            }

            @Override
            public String end() {
                String out = held.toString();
                held.setLength(0);
                return out;
            }
        };
    }
}
