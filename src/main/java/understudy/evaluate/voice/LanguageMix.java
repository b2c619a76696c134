package understudy.evaluate.voice;

import java.io.IOException;
import java.io.InputStream;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import opennlp.tools.langdetect.Language;
import opennlp.tools.langdetect.LanguageDetectorME;
import opennlp.tools.langdetect.LanguageDetectorModel;

/// In which of the person's languages a message is.
///
/// A detector is unsure of a few words, and names any of its 103 languages. So long stretches of
/// what the person wrote say first which languages there are; a message then is only held against
/// those, and counts for each with the chance the detector gives it. Not for several threads.
final class LanguageMix {
    /// Letters of a stretch that tells a language surely.
    private static final int STRETCH = 400;

    /// Letters below which a message says nothing.
    private static final int LEAST_LETTERS = 12;

    /// Share of the stretches from which on a language is one of the person's.
    private static final double LEAST_SHARE = 0.04;

    private static final int MOST_STRETCHES = 500;

    private final LanguageDetectorME detector = new LanguageDetectorME(model());
    private final Set<String> languages = new LinkedHashSet<>();

    /// @param texts what the person wrote, in the order of time
    LanguageMix(List<String> texts) {
        Map<String, Integer> found = new LinkedHashMap<>();
        StringBuilder stretch = new StringBuilder();
        int stretches = 0;
        for (String text : texts.reversed()) {
            stretch.append(plain(text)).append(' ');
            if (stretch.length() >= STRETCH && stretches < MOST_STRETCHES) {
                found.merge(detector.predictLanguage(stretch).getLang(), 1, Integer::sum);
                stretch.setLength(0);
                stretches++;
            }
        }
        int all = stretches;
        found.forEach((language, count) -> {
            if (count >= LEAST_SHARE * all) {
                languages.add(language);
            }
        });
    }

    private static String plain(String text) {
        return text.replaceAll("\\S*(?:://|@)\\S*", " ");
    }

    /// ISO 639-3 codes of the languages the person writes in.
    Set<String> languages() {
        return languages;
    }

    /// The chance of each of [#languages()]; empty for a message too short to tell.
    Map<String, Double> of(String text) {
        String words = plain(text);
        Map<String, Double> shares = new LinkedHashMap<>();
        if (languages.size() < 2
                || words.codePoints().filter(Character::isLetter).count() < LEAST_LETTERS) {
            return shares;
        }
        double sum = 0;
        for (Language language : detector.predictLanguages(words)) {
            if (languages.contains(language.getLang())) {
                shares.put(language.getLang(), language.getConfidence());
                sum += language.getConfidence();
            }
        }
        double all = sum;
        shares.replaceAll((language, share) -> share / all);
        return sum > 0 ? shares : Map.of();
    }

    private static LanguageDetectorModel model() {
        try (InputStream in = LanguageMix.class.getResourceAsStream("/langdetect-183.bin")) {
            if (in == null) {
                throw new IllegalStateException("the language model is not in the program");
            }
            return new LanguageDetectorModel(in);
        } catch (IOException e) {
            throw new IllegalStateException("the language model cannot be read", e);
        }
    }
}
