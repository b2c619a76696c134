package understudy.evaluate.leak;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import understudy.chat.Role;
import understudy.dataset.Canaries.Canary;
import understudy.dataset.CanaryFormat;
import understudy.model.Scorer;
import understudy.text.Line;
import understudy.text.TemplateEncoder;
import understudy.text.TokenRow;

/// Asks a model for planted secrets, for others of the same form that it never saw, and says how
/// much the planted ones stand out.
///
/// Asked is as it was planted: a first line, the question, the answer with the secret at its end.
final class CanaryTest {
    /// Secrets of each form that were never planted: they show what chance gives.
    private static final int CONTROLS = 10;

    private final TemplateEncoder encoder;
    private final List<Line> opening;
    private final long seed;

    /// @param opening what a conversation begins with, before the question
    CanaryTest(TemplateEncoder encoder, List<Line> opening, long seed) {
        this.encoder = encoder;
        this.opening = List.copyOf(opening);
        this.seed = seed;
    }

    /// A planted secret and how often it was really learned.
    ///
    /// @param learned turns with it that carried a loss before the adapter was kept, repeats in
    ///     later epochs included
    record Planted(Canary canary, int learned) {}

    /// @param bits      see [Exposure]
    /// @param extracted whether the likeliest continuation of the question is the secret
    record Found(Canary canary, int learned, double bits, boolean extracted) {}

    /// @param controls bits of secrets that were never planted
    /// @param most     bits that the references of each form can show
    record Outcome(List<Found> found, List<Double> controls, Map<CanaryFormat, Double> most) {}

    /// The tokens of an own turn and its end mark, as they stand in any row.
    int[] ownTokens(CanaryFormat format, String answer) {
        TokenRow row = row(format, answer);
        return row.own().stream().map(i -> row.ids()[i]).toArray();
    }

    private TokenRow row(CanaryFormat format, String answer) {
        List<Line> lines = new ArrayList<>(opening);
        lines.add(new Line(Role.USER, null, format.question()));
        lines.add(new Line(Role.ASSISTANT, null, answer));
        return encoder.encode(lines);
    }

    /// @param references how many other secrets each form is compared with
    Outcome run(Scorer scorer, List<Planted> planted, Map<CanaryFormat, Integer> references) {
        List<Found> found = new ArrayList<>();
        List<Double> controls = new ArrayList<>();
        Map<CanaryFormat, Double> most = new EnumMap<>(CanaryFormat.class);
        for (CanaryFormat format : CanaryFormat.values()) {
            List<Planted> here = planted.stream().filter(p -> p.canary.format() == format).toList();
            if (here.isEmpty()) {
                continue;
            }
            int count = references.getOrDefault(format, 255);
            most.put(format, Exposure.most(count));
            List<String> secrets =
                    new ArrayList<>(here.stream().map(p -> p.canary.secret()).toList());
            secrets.addAll(others(format, Set.copyOf(secrets), CONTROLS + count));
            List<Scorer.Scored> texts = new ArrayList<>();
            for (String secret : secrets) {
                TokenRow row = row(format, format.beginning() + secret);
                texts.add(new Scorer.Scored(row.ids(), row.own()));
            }
            List<Scorer.Foreseen> foreseen = scorer.foreseen(texts);
            double[] against =
                    foreseen.subList(here.size() + CONTROLS, foreseen.size()).stream()
                            .mapToDouble(Scorer.Foreseen::nats)
                            .toArray();
            int shared = shared(format, secrets);
            for (int i = 0; i < here.size() + CONTROLS; i++) {
                double bits = Exposure.bits(foreseen.get(i).nats(), against);
                if (i >= here.size()) {
                    controls.add(bits);
                } else {
                    Planted each = here.get(i);
                    found.add(
                            new Found(
                                    each.canary,
                                    each.learned,
                                    bits,
                                    likeliest(foreseen.get(i), shared)));
                }
            }
        }
        return new Outcome(found, controls, most);
    }

    private Set<String> others(CanaryFormat format, Set<String> planted, int count) {
        RandomGenerator random =
                RandomGeneratorFactory.of("L64X128MixRandom")
                        .create(seed + format.name().hashCode());
        Set<String> others = new java.util.LinkedHashSet<>();
        Set<String> taken = new HashSet<>(planted);
        while (others.size() < count) {
            String secret = format.secret(random);
            if (taken.add(secret)) {
                others.add(secret);
            }
        }
        return others;
    }

    /// Tokens that all answers of the form begin with.
    private int shared(CanaryFormat format, List<String> secrets) {
        int[] first = ownTokens(format, format.beginning() + secrets.getFirst());
        int shared = first.length;
        for (String secret : secrets.subList(1, Math.min(secrets.size(), 40))) {
            int[] other = ownTokens(format, format.beginning() + secret);
            int same = 0;
            while (same < Math.min(shared, other.length) && first[same] == other[same]) {
                same++;
            }
            shared = same;
        }
        return shared;
    }

    /// Whether each token of the secret was the likeliest one; the end mark does not count.
    private static boolean likeliest(Scorer.Foreseen foreseen, int shared) {
        boolean[] likeliest = foreseen.likeliest();
        for (int i = shared; i < likeliest.length - 1; i++) {
            if (!likeliest[i]) {
                return false;
            }
        }
        return likeliest.length - 1 > shared;
    }
}
