package understudy.text;

import java.util.List;
import understudy.text.Tokenizer.Place;

/// Cuts normalised text into the words that are merged each for itself.
///
/// @param prefix what is put before a stretch
/// @param steps  cuts, each within the pieces of the one before
record PreTokenizer(Prefix prefix, List<Step> steps) {
    /// Most steps a file may ask for; real ones have up to four.
    static final int MAX_STEPS = 8;

    /// SentencePiece's sign for a blank, U+2581.
    static final char BLANK_SIGN = '▁';

    PreTokenizer {
        steps = List.copyOf(steps);
        if (steps.size() > MAX_STEPS) {
            throw new IllegalArgumentException("more than " + MAX_STEPS + " steps");
        }
    }

    /// What is put before a stretch, and whether blanks become [#BLANK_SIGN].
    enum Prefix {
        NONE(false),
        /// A blank, unless there is one (`add_prefix_space`).
        BLANK(false),
        /// Metaspace, prepend scheme `never`.
        SIGN_NEVER(true),
        /// Metaspace, prepend scheme `first`: before the very first word only.
        SIGN_FIRST(true),
        /// Metaspace, prepend scheme `always`: also after a control token.
        SIGN_ALWAYS(true);

        private final boolean signs;

        Prefix(boolean signs) {
            this.signs = signs;
        }

        String apply(String text, Place place) {
            if (text.isEmpty()) {
                return text;
            }
            String result = signs ? text.replace(' ', BLANK_SIGN) : text;
            boolean wanted =
                    switch (this) {
                        case NONE, SIGN_NEVER -> false;
                        case SIGN_FIRST -> place == Place.START;
                        case BLANK, SIGN_ALWAYS -> place != Place.CONTINUES;
                    };
            char sign = signs ? BLANK_SIGN : ' ';
            return wanted && result.charAt(0) != sign ? sign + result : result;
        }
    }

    /// One way to cut.
    sealed interface Step {
        /// @return where the piece that begins at `from` ends
        int next(String text, int from, int end);

        record Words(SplitPattern pattern) implements Step {
            @Override
            public int next(String text, int from, int end) {
                return pattern.next(text, from, end);
            }
        }

        /// Digits apart from the rest, each on its own or all that follow each other.
        record Digits(boolean each) implements Step {
            @Override
            public int next(String text, int from, int end) {
                int first = text.codePointAt(from);
                boolean number = SplitPattern.isNumber(first);
                int position = from + Character.charCount(first);
                if (number && each) {
                    return position;
                }
                while (position < end) {
                    int character = text.codePointAt(position);
                    if (SplitPattern.isNumber(character) != number) {
                        break;
                    }
                    position += Character.charCount(character);
                }
                return position;
            }
        }

        /// A new word at each [#BLANK_SIGN].
        record Signs() implements Step {
            @Override
            public int next(String text, int from, int end) {
                int found = text.indexOf(BLANK_SIGN, from + 1);
                return found < 0 || found > end ? end : found;
            }
        }
    }

    /// Takes a word, as a range of the text.
    interface Words {
        void word(int start, int end);
    }

    /// @param text prefixed already
    void split(String text, Words words) {
        split(text, 0, text.length(), 0, words);
    }

    private void split(String text, int from, int end, int step, Words words) {
        if (step == steps.size()) {
            if (from < end) {
                words.word(from, end);
            }
            return;
        }
        int position = from;
        while (position < end) {
            int next = steps.get(step).next(text, position, end);
            split(text, position, next, step + 1, words);
            position = next;
        }
    }
}
