package understudy.text.jinja;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;

/// A string that knows of each character where it came from.
///
/// What a template writes has the origin [#SCAFFOLD]; what is handed to the template may have any
/// other, and keeps it through concatenation, slicing, trimming, replacing and filters. So it can
/// be said of each character of the result whether a template or a person wrote it. Two texts with
/// the same characters are equal, whatever their origins.
public final class Text implements Value {
    /// Written by the template.
    public static final int SCAFFOLD = 0;

    public static final Text EMPTY = new Text("", new int[0], new int[0]);

    private final String characters;

    /// Where each run of one origin ends.
    private final int[] ends;

    private final int[] origins;

    private Text(String characters, int[] ends, int[] origins) {
        this.characters = characters;
        this.ends = ends;
        this.origins = origins;
    }

    /// Characters of one origin.
    ///
    /// @param start index of the first
    /// @param end   index behind the last
    public record Run(int start, int end, int origin) {}

    /// Text of the template.
    public static Text of(String characters) {
        return of(characters, SCAFFOLD);
    }

    public static Text of(String characters, int origin) {
        return characters.isEmpty()
                ? EMPTY
                : new Text(characters, new int[] {characters.length()}, new int[] {origin});
    }

    public String characters() {
        return characters;
    }

    public int length() {
        return characters.length();
    }

    public boolean isEmpty() {
        return characters.isEmpty();
    }

    /// All characters, in runs of one origin.
    public List<Run> runs() {
        List<Run> runs = new ArrayList<>();
        int start = 0;
        for (int i = 0; i < ends.length; i++) {
            runs.add(new Run(start, ends[i], origins[i]));
            start = ends[i];
        }
        return runs;
    }

    /// The origin of the character at `index`.
    public int originAt(int index) {
        int found = Arrays.binarySearch(ends, index + 1);
        return origins[found >= 0 ? found : -found - 1];
    }

    /// Characters `start` (included) to `end` (not included), as in [String#substring].
    public Text slice(int start, int end) {
        if (start == 0 && end == length()) {
            return this;
        }
        return new Builder().append(this, start, end).build();
    }

    public Text plus(Text other) {
        return new Builder().append(this).append(other).build();
    }

    /// Changes each run for itself, such as to upper case.
    public Text map(UnaryOperator<String> change) {
        Builder builder = new Builder();
        for (Run run : runs()) {
            builder.append(
                    change.apply(characters.substring(run.start(), run.end())), run.origin());
        }
        return builder.build();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Text text && characters.equals(text.characters);
    }

    @Override
    public int hashCode() {
        return characters.hashCode();
    }

    @Override
    public String toString() {
        return characters;
    }

    /// Puts a text together.
    public static final class Builder {
        private final StringBuilder characters = new StringBuilder();
        private int[] ends = new int[8];
        private int[] origins = new int[8];
        private int runs;

        public Builder append(String more, int origin) {
            if (more.isEmpty()) {
                return this;
            }
            characters.append(more);
            if (runs > 0 && origins[runs - 1] == origin) {
                ends[runs - 1] = characters.length();
                return this;
            }
            if (runs == ends.length) {
                ends = Arrays.copyOf(ends, runs * 2);
                origins = Arrays.copyOf(origins, runs * 2);
            }
            ends[runs] = characters.length();
            origins[runs++] = origin;
            return this;
        }

        public Builder append(Text text) {
            return append(text, 0, text.length());
        }

        /// Appends characters `start` to `end` of `text`.
        public Builder append(Text text, int start, int end) {
            int from = 0;
            for (int i = 0; i < text.ends.length && from < end; i++) {
                int first = Math.max(start, from);
                int last = Math.min(end, text.ends[i]);
                if (first < last) {
                    append(text.characters.substring(first, last), text.origins[i]);
                }
                from = text.ends[i];
            }
            return this;
        }

        public int length() {
            return characters.length();
        }

        public Text build() {
            return characters.isEmpty()
                    ? EMPTY
                    : new Text(
                            characters.toString(),
                            Arrays.copyOf(ends, runs),
                            Arrays.copyOf(origins, runs));
        }
    }
}
