package understudy.bot;

import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What a prompt tells the model beside the conversation: its first line, and the facts that the
/// owner had it remember. A model may use it, but not recite it, whoever asks and however.
///
/// Recited is: six words in a row; most of the words of a line close together; thirty letters in a
/// row, whatever stands between them; the same backwards, by ROT13, in base64 or in hexadecimal.
/// What the other side wrote in one message they may hear again. A short fact and a single word of
/// any fact cannot be told from their use, and pass.
final class Confided {
    /// Characters of a language without blanks count half a word.
    private static final int WORD = 2;

    private static final int RUN = 6 * WORD;

    /// A line shorter than a run is recited when it is said as a whole, if it has so many.
    private static final int LEAST_LINE = 3 * WORD;

    private static final int LETTERS = 30;
    private static final int LEAST_LETTERS = 14;

    /// Part of a line's words that is most of them; small words do not count.
    private static final double MOST = 0.6;

    private static final int LEAST_WORDS = 4;
    private static final int SMALL_WORD = 2;

    private static final Pattern BASE64 = Pattern.compile("[A-Za-z0-9+/_-]{16,}");
    private static final Pattern HEX = Pattern.compile("[0-9A-Fa-f]{24,}");
    private static final Pattern BLANKS = Pattern.compile("\\s+");

    private final List<Said> hidden;
    private final List<Said> theirs;

    /// @param lines  what is not to be recited, a sentence or so each
    /// @param theirs what the other side wrote, message by message
    Confided(Collection<String> lines, Collection<String> theirs) {
        this.hidden =
                lines.stream()
                        .flatMap(String::lines)
                        .map(Said::of)
                        .filter(s -> !s.words().isEmpty())
                        .toList();
        this.theirs = hidden.isEmpty() ? List.of() : theirs.stream().map(Said::of).toList();
    }

    /// A text as its words, ` word word `, and as its letters and digits alone.
    private record Said(List<String> words, String spaced, String letters) {
        static Said of(String text) {
            String plain =
                    Normalizer.normalize(text, Normalizer.Form.NFKC).toLowerCase(Locale.ROOT);
            List<String> words = new ArrayList<>();
            StringBuilder letters = new StringBuilder();
            StringBuilder word = new StringBuilder();
            plain.codePoints()
                    .filter(c -> Character.getType(c) != Character.FORMAT)
                    .filter(c -> c != '\'' && c != 0x2019)
                    .forEach(c -> {
                        boolean alone = Character.isIdeographic(c) || unspaced(c);
                        boolean inWord = Character.isLetterOrDigit(c);
                        if ((!inWord || alone) && !word.isEmpty()) {
                            words.add(word.toString());
                            word.setLength(0);
                        }
                        if (inWord) {
                            letters.appendCodePoint(c);
                        }
                        if (inWord && alone) {
                            words.add(Character.toString(c));
                        } else if (inWord) {
                            word.appendCodePoint(c);
                        }
                    });
            if (!word.isEmpty()) {
                words.add(word.toString());
            }
            return new Said(words, spaced(words), letters.toString());
        }

        static String spaced(List<String> words) {
            return " " + String.join(" ", words) + " ";
        }
    }

    private static boolean unspaced(int c) {
        return switch (Character.UnicodeScript.of(c)) {
            case HIRAGANA, KATAKANA, THAI, LAO, KHMER, MYANMAR -> true;
            default -> false;
        };
    }

    private static int weight(String word) {
        int first = word.codePointAt(0);
        return Character.isIdeographic(first) || unspaced(first) ? 1 : WORD;
    }

    /// Whether `text` recites any of it.
    boolean recitedBy(String text) {
        if (hidden.isEmpty()) {
            return false;
        }
        for (String reading : readings(text)) {
            Said said = Said.of(reading);
            for (Said line : hidden) {
                if (inARow(line, said) || mostly(line, said) || byLetters(line, said)) {
                    return true;
                }
            }
        }
        return false;
    }

    private boolean inARow(Said line, Said said) {
        List<String> words = line.words();
        int whole = words.stream().mapToInt(Confided::weight).sum();
        int run = Math.min(RUN, whole);
        if (run < LEAST_LINE) {
            return false;
        }
        for (int first = 0; first < words.size(); first++) {
            int weight = 0;
            int end = first;
            while (end < words.size() && weight < run) {
                weight += weight(words.get(end));
                end++;
            }
            if (weight < run) {
                return false;
            }
            String row = Said.spaced(words.subList(first, end));
            if (said.spaced().contains(row) && !heard(row)) {
                return true;
            }
        }
        return false;
    }

    private boolean heard(String row) {
        return theirs.stream().anyMatch(t -> t.spaced().contains(row));
    }

    /// Whether most of a line's words stand within about twice its length.
    private boolean mostly(Said line, Said said) {
        Set<String> wanted = new HashSet<>();
        line.words().stream().filter(w -> w.length() > SMALL_WORD).forEach(wanted::add);
        int least = (int) Math.max(LEAST_WORDS, Math.ceil(MOST * wanted.size()));
        if (wanted.size() < least) {
            return false;
        }
        int[] places =
                java.util.stream.IntStream.range(0, said.words().size())
                        .filter(i -> wanted.contains(said.words().get(i)))
                        .toArray();
        int span = 2 * line.words().size() + LEAST_WORDS;
        for (int first = 0; first < places.length; first++) {
            Set<String> near = new HashSet<>();
            for (int i = first; i < places.length && places[i] - places[first] < span; i++) {
                near.add(said.words().get(places[i]));
            }
            if (near.size() >= least && theirs.stream().noneMatch(t -> hasAll(t, near))) {
                return true;
            }
        }
        return false;
    }

    private static boolean hasAll(Said message, Set<String> words) {
        return words.stream().allMatch(w -> message.spaced().contains(" " + w + " "));
    }

    private boolean byLetters(Said line, Said said) {
        String letters = line.letters();
        int row = Math.min(LETTERS, letters.length());
        if (row < LEAST_LETTERS) {
            return false;
        }
        for (int start = 0; start + row <= letters.length(); start++) {
            String piece = letters.substring(start, start + row);
            if (said.letters().contains(piece)
                    && theirs.stream().noneMatch(t -> t.letters().contains(piece))) {
                return true;
            }
        }
        return false;
    }

    /// A text, and what it is in the codes that a model can write.
    private static List<String> readings(String text) {
        List<String> readings = new ArrayList<>();
        readings.add(text);
        readings.add(new StringBuilder(text).reverse().toString());
        readings.add(rot13(text));
        String joined = BLANKS.matcher(text).replaceAll("");
        for (String source : List.of(text, joined)) {
            Matcher base64 = BASE64.matcher(source);
            while (base64.find()) {
                for (int from = 0; from < 4; from++) { // words right before it shift its quartets
                    readings.add(fromBase64(base64.group().substring(from)));
                }
            }
        }
        Matcher hex = HEX.matcher(joined);
        while (hex.find()) {
            readings.add(fromHex(hex.group()));
            readings.add(fromHex(hex.group().substring(1)));
        }
        return readings;
    }

    private static String rot13(String text) {
        StringBuilder turned = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean lower = c >= 'a' && c <= 'z';
            boolean upper = c >= 'A' && c <= 'Z';
            char first = lower ? 'a' : 'A';
            turned.append(lower || upper ? (char) ((c - first + 13) % 26 + first) : c);
        }
        return turned.toString();
    }

    private static String fromBase64(String code) {
        String standard = code.replace('-', '+').replace('_', '/');
        int whole = standard.length() % 4 == 1 ? standard.length() - 1 : standard.length();
        byte[] bytes = Base64.getDecoder().decode(standard.substring(0, whole));
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static String fromHex(String code) {
        byte[] bytes = new byte[code.length() / 2];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) Integer.parseInt(code.substring(2 * i, 2 * i + 2), 16);
        }
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
