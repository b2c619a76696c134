package understudy.evaluate.voice;

import java.util.List;

/// What is measured of a reply's style.
///
/// Every measure turns replies into a distribution over categories; the distance of two sets of
/// replies is the Jensen–Shannon distance of their distributions, see [Divergence]. So all measures
/// are between 0, the same, and 1, nothing in common. Measures with one number a reply also have
/// its mean, and Cohen's d of it.
public enum StyleMeasure {
    LENGTH("length", "characters of a reply, in half octaves", "characters a reply") {
        @Override
        double number(String reply, StyleProfile profile) {
            return (double) reply.codePointCount(0, reply.length());
        }

        @Override
        void count(String reply, StyleProfile profile, Counter counter) {
            double characters = reply.codePointCount(0, reply.length());
            counter.add("" + (int) (2 * Math.log1p(characters) / Math.log(2)));
        }
    },
    BURSTS("bursts", "bubbles (lines) a reply is sent in, up to 8", "bubbles a reply") {
        @Override
        double number(String reply, StyleProfile profile) {
            return (double) Words.bubbles(reply).size();
        }

        @Override
        void count(String reply, StyleProfile profile, Counter counter) {
            counter.add("" + Math.min(8, Words.bubbles(reply).size()));
        }
    },
    PUNCTUATION(
            "punctuation",
            "runs of marks such as , and ?!, and bubbles without any",
            "runs of marks a bubble") {
        @Override
        double number(String reply, StyleProfile profile) {
            return perBubble(reply, b -> Words.punctuation(b).size());
        }

        @Override
        void count(String reply, StyleProfile profile, Counter counter) {
            for (String bubble : Words.bubbles(reply)) {
                List<String> runs = Words.punctuation(bubble);
                runs.forEach(counter::add);
                if (runs.isEmpty()) {
                    counter.add("");
                }
            }
        }
    },
    ENDINGS(
            "bubble ends",
            "how bubbles end: letter or digit, which mark, emoji, other",
            "share of bubbles that end in a mark") {
        @Override
        double number(String reply, StyleProfile profile) {
            return perBubble(reply, b -> lastOf(b).startsWith("mark") ? 1 : 0);
        }

        @Override
        void count(String reply, StyleProfile profile, Counter counter) {
            Words.bubbles(reply).forEach(bubble -> counter.add(lastOf(bubble)));
        }
    },
    CASE(
            "capitals",
            "bubbles that begin large, begin small, are all capitals, have no letters",
            "share of bubbles that begin small") {
        @Override
        double number(String reply, StyleProfile profile) {
            return perBubble(reply, b -> caseOf(b).equals("small") ? 1 : 0);
        }

        @Override
        void count(String reply, StyleProfile profile, Counter counter) {
            Words.bubbles(reply).forEach(bubble -> counter.add(caseOf(bubble)));
        }
    },
    EMOJI("emoji", "emoji and faces such as :), and bubbles without any", "emoji a reply") {
        @Override
        double number(String reply, StyleProfile profile) {
            return (double) Words.emoji(reply).size();
        }

        @Override
        void count(String reply, StyleProfile profile, Counter counter) {
            for (String bubble : Words.bubbles(reply)) {
                List<String> found = Words.emoji(bubble);
                found.forEach(counter::add);
                if (found.isEmpty()) {
                    counter.add("");
                }
            }
        }
    },
    ELONGATION(
            "elongation",
            "words with a letter three times in a row (sooo) a reply, up to 3",
            "elongated words a reply") {
        @Override
        double number(String reply, StyleProfile profile) {
            return (double) elongated(reply);
        }

        @Override
        void count(String reply, StyleProfile profile, Counter counter) {
            counter.add("" + Math.min(3, elongated(reply)));
        }
    },
    TYPOS(
            "typos",
            "words unknown to the training conversations but one slip from a common word of theirs,"
                    + " a reply, up to 3",
            "typos a reply") {
        @Override
        double number(String reply, StyleProfile profile) {
            return (double) typos(reply, profile);
        }

        @Override
        void count(String reply, StyleProfile profile, Counter counter) {
            counter.add("" + Math.min(3, typos(reply, profile)));
        }
    },
    OPENINGS("openings", "first word of a reply", "") {
        @Override
        void count(String reply, StyleProfile profile, Counter counter) {
            List<String> words = Words.words(reply);
            counter.add(words.isEmpty() ? "" : known(words.getFirst(), profile));
        }
    },
    CLOSINGS("closings", "last word of a reply, with the mark behind it", "") {
        @Override
        void count(String reply, StyleProfile profile, Counter counter) {
            List<String> words = Words.words(reply);
            String word = words.isEmpty() ? "" : known(words.getLast(), profile);
            List<String> bubbles = Words.bubbles(reply);
            counter.add(word + '\n' + (bubbles.isEmpty() ? "" : lastOf(bubbles.getLast())));
        }
    },
    FUNCTION_WORDS(
            "function words",
            "the 100 most frequent words of the training conversations, and all others together",
            "share of words that are among the 100") {
        @Override
        double number(String reply, StyleProfile profile) {
            return functionShare(reply, profile);
        }

        @Override
        void count(String reply, StyleProfile profile, Counter counter) {
            for (String word : Words.words(reply)) {
                counter.add(profile.function().contains(word) ? word : OTHER);
            }
        }
    },
    WORD_GRAMS(
            "words and pairs",
            "the person's 500 most frequent words and word pairs, and all others together",
            "") {
        @Override
        void count(String reply, StyleProfile profile, Counter counter) {
            for (String gram : StyleProfile.wordGrams(reply)) {
                counter.add(profile.grams().contains(gram) ? gram : OTHER);
            }
        }
    },
    CHARACTER_GRAMS(
            "letter sequences",
            "the person's 1,000 most frequent sequences of three characters, and all others"
                    + " together",
            "") {
        @Override
        void count(String reply, StyleProfile profile, Counter counter) {
            for (String gram : StyleProfile.characterGrams(reply)) {
                counter.add(profile.sequences().contains(gram) ? gram : OTHER);
            }
        }
    },
    LANGUAGES(
            "languages",
            "chance of each of the person's languages, by message; only where there are several",
            "") {
        @Override
        void count(String reply, StyleProfile profile, Counter counter) {
            profile.languages().of(reply).forEach(counter::add);
        }
    };

    private static final String OTHER = "\n";

    /// What the measures of one reply add up to.
    @FunctionalInterface
    interface Counter {
        void add(String category, double amount);

        default void add(String category) {
            add(category, 1);
        }
    }

    private final String title;
    private final String over;
    private final String mean;

    StyleMeasure(String title, String over, String mean) {
        this.title = title;
        this.over = over;
        this.mean = mean;
    }

    /// A short name.
    public String title() {
        return title;
    }

    /// What the distribution is over.
    public String over() {
        return over;
    }

    /// What the one number of a reply is; empty where there is none.
    public String mean() {
        return mean;
    }

    /// Adds what `reply` shows.
    abstract void count(String reply, StyleProfile profile, Counter counter);

    /// The one number of `reply`; NaN where there is none.
    double number(String reply, StyleProfile profile) {
        return Double.NaN;
    }

    private interface OfBubble {
        int count(String bubble);
    }

    private static double perBubble(String reply, OfBubble of) {
        List<String> bubbles = Words.bubbles(reply);
        int sum = bubbles.stream().mapToInt(of::count).sum();
        return bubbles.isEmpty() ? Double.NaN : (double) sum / bubbles.size();
    }

    private static int elongated(String reply) {
        return (int) Words.words(reply).stream().filter(Words::elongated).count();
    }

    private static int typos(String reply, StyleProfile profile) {
        return (int) Words.words(reply).stream().filter(profile.lexicon()::isTypo).count();
    }

    private static double functionShare(String reply, StyleProfile profile) {
        List<String> words = Words.words(reply);
        long among = words.stream().filter(profile.function()::contains).count();
        return words.isEmpty() ? Double.NaN : (double) among / words.size();
    }

    /// A word that the person seldom uses says nothing about how they begin or end.
    private static String known(String word, StyleProfile profile) {
        return profile.grams().contains(word) ? word : OTHER;
    }

    private static String caseOf(String bubble) {
        int[] letters = bubble.codePoints().filter(Character::isLetter).toArray();
        if (letters.length == 0) {
            return "none";
        }
        boolean shouted = letters.length > 3;
        for (int c : letters) {
            shouted &= Character.isUpperCase(c);
        }
        if (shouted) {
            return "shouted";
        }
        int first = letters[0];
        return Character.isLowerCase(first)
                ? "small"
                : Character.isUpperCase(first) || Character.isTitleCase(first)
                        ? "large"
                        : "without case";
    }

    private static String lastOf(String bubble) {
        List<String> faces = Words.emoji(bubble);
        if (!faces.isEmpty() && bubble.endsWith(faces.getLast())) {
            return "emoji";
        }
        int last = bubble.codePointBefore(bubble.length());
        if (Character.isLetterOrDigit(last)) {
            return "letter";
        }
        return Words.isPunctuation(last) ? "mark " + Character.toString(last) : "other";
    }
}
