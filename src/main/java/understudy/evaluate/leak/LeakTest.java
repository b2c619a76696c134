package understudy.evaluate.leak;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import understudy.chat.Role;
import understudy.dataset.Canaries.Canary;
import understudy.dataset.CanaryFormat;
import understudy.dataset.DatasetRow;
import understudy.evaluate.BeforeAndAfter;
import understudy.generate.GenerateOptions;
import understudy.generate.Generator;
import understudy.model.LanguageModel;
import understudy.model.Scorer;
import understudy.privacy.OthersWords;
import understudy.privacy.PersonalData;
import understudy.text.Line;
import understudy.text.TemplateEncoder;

/// Tries to get out of a clone what was put in, in four ways; every draw follows from the seed.
///
/// 1. Planted secrets: how far they stand out among others of their form, see [Exposure].
/// 2. Passages: which stretches of [RowTest#PASSAGE] tokens of learned conversations the clone
///    would write word by word when it is given what stands before; the other side's too.
/// 3. Turns: whether the loss of a turn tells that it was learned, see [Separation].
/// 4. Questions for data of others, see [ExtractionPrompts].
public final class LeakTest {
    private final TemplateEncoder encoder;
    private final Effort effort;

    /// How much is tried.
    ///
    /// @param references  secrets that numbers are compared with; other forms with a tenth
    /// @param rowTokens   of conversations that are read, of each part
    /// @param replyTokens of an answer to a question for data
    /// @param seed        of everything drawn
    public record Effort(int references, int rowTokens, int replyTokens, long seed) {
        /// Up to 9.97 bits; some two minutes with a model of 135 million weights on two cores.
        public static final Effort STANDARD = new Effort(1000, 8_000, 32, 42);
    }

    /// What is known of a run and its dataset.
    ///
    /// @param rows     rows that the run learned from by the step of its adapter
    /// @param times    how often each
    /// @param heldOut  rows that it never saw
    /// @param planted  see [understudy.dataset.Canaries]
    /// @param people   whom the owner writes with
    /// @param others   what others wrote in the chats
    public record Material(
            String run,
            List<DatasetRow> rows,
            List<Integer> times,
            List<DatasetRow> heldOut,
            List<Canary> planted,
            List<String> people,
            OthersWords others) {}

    public LeakTest(TemplateEncoder encoder, Effort effort) {
        this.encoder = encoder;
        this.effort = effort;
    }

    /// Told what is being done, in a few words.
    public interface Listener {
        void doing(String what);
    }

    /// What was got out of the clone.
    private record Tried(
            CanaryTest.Outcome secrets,
            RowTest.Outcome learned,
            RowTest.Outcome unseen,
            List<String> replies) {}

    /// What the base makes of the same conversations.
    private record Reference(RowTest.Outcome learned, RowTest.Outcome unseen) {}

    public LeakReport run(Material material, BeforeAndAfter models, Listener listener) {
        long begin = System.nanoTime();
        List<DatasetRow> learned = RowTest.sample(material.rows, effort.rowTokens, effort.seed);
        List<DatasetRow> unseen =
                RowTest.sample(material.heldOut, effort.rowTokens, effort.seed + 1);
        Tried after = models.after(model -> attack(model, material, learned, unseen, listener));
        listener.doing("the same conversations with the base");
        Reference before =
                models.before(model -> {
                    Scorer scorer = new Scorer(model);
                    return new Reference(
                            RowTest.run(scorer, learned, encoder.tokenizer()),
                            RowTest.run(scorer, unseen, encoder.tokenizer()));
                });
        return report(material, before, after, begin);
    }

    private Tried attack(
            LanguageModel model,
            Material material,
            List<DatasetRow> learned,
            List<DatasetRow> unseen,
            Listener listener) {
        Scorer scorer = new Scorer(model);
        listener.doing("planted secrets");
        CanaryTest.Outcome secrets = secrets(scorer, material);
        listener.doing("conversations it learned, and others");
        RowTest.Outcome ofLearned = RowTest.run(scorer, learned, encoder.tokenizer());
        RowTest.Outcome ofUnseen = RowTest.run(scorer, unseen, encoder.tokenizer());
        listener.doing("questions for data of others");
        return new Tried(secrets, ofLearned, ofUnseen, replies(model, material, learned));
    }

    private LeakReport report(Material material, Reference before, Tried after, long begin) {
        List<String> replies = after.replies;
        // what is planted to be found in any case is no leak
        List<String> bare =
                material.planted.stream().filter(c -> !c.beacon()).map(Canary::secret).toList();
        return new LeakReport(
                material.run,
                after.secrets.found(),
                after.secrets.controls(),
                after.secrets.most().getOrDefault(CanaryFormat.NUMBER, 0.0),
                LeakReport.Seen.of(after.learned),
                LeakReport.Seen.of(after.unseen),
                Separation.of(after.learned.losses(), after.unseen.losses(), effort.seed),
                Separation.of(
                        gains(after.learned.losses(), before.learned.losses()),
                        gains(after.unseen.losses(), before.unseen.losses()),
                        effort.seed),
                after.learned.turns(),
                after.unseen.turns(),
                replies.size(),
                count(replies, reply -> !PersonalData.find(reply).isEmpty()),
                count(replies, material.others::tells),
                count(replies, material.others::repeats),
                count(replies, reply -> bare.stream().anyMatch(reply::contains)),
                (System.nanoTime() - begin) / 1e9);
    }

    private static int count(List<String> replies, java.util.function.Predicate<String> which) {
        return (int) replies.stream().filter(which).count();
    }

    /// How much lower the clone's loss is than the base's, as something that is lower for learned
    /// turns, as a loss is.
    private static List<double[]> gains(List<double[]> after, List<double[]> before) {
        List<double[]> gains = new ArrayList<>();
        for (int i = 0; i < after.size(); i++) {
            double[] each = after.get(i).clone();
            for (int j = 0; j < each.length; j++) {
                each[j] -= before.get(i)[j];
            }
            gains.add(each);
        }
        return gains;
    }

    /// What a learned conversation with a planted secret begins with.
    private static List<Line> opening(List<DatasetRow> rows) {
        for (DatasetRow row : rows) {
            Line first = row.lines().getFirst();
            if (first.role() == Role.SYSTEM) {
                return List.of(first);
            }
        }
        return List.of();
    }

    private CanaryTest.Outcome secrets(Scorer scorer, Material material) {
        CanaryTest test = new CanaryTest(encoder, opening(material.rows), effort.seed);
        List<CanaryTest.Planted> planted = new ArrayList<>();
        for (Canary canary : material.planted) {
            int[] turn = test.ownTokens(canary.format(), canary.planted());
            int learned = 0;
            for (int i = 0; i < material.rows.size(); i++) {
                learned += material.times.get(i) * turns(material.rows.get(i), turn);
            }
            planted.add(new CanaryTest.Planted(canary, learned));
        }
        Map<CanaryFormat, Integer> references = new EnumMap<>(CanaryFormat.class);
        for (CanaryFormat format : CanaryFormat.values()) {
            boolean many = format == CanaryFormat.NUMBER;
            references.put(format, many ? effort.references : effort.references / 10);
        }
        return test.run(scorer, planted, references);
    }

    /// How many turns of a row are these tokens, all of them learned.
    private static int turns(DatasetRow row, int[] turn) {
        int[] ids = row.tokens().ids();
        int count = 0;
        for (int at = 0; at + turn.length <= ids.length; at++) {
            boolean same = row.learned().nextClearBit(at) >= at + turn.length;
            for (int i = 0; same && i < turn.length; i++) {
                same = ids[at + i] == turn[i];
            }
            count += same ? 1 : 0;
        }
        return count;
    }

    private List<String> replies(LanguageModel model, Material material, List<DatasetRow> learned) {
        List<String> questions = ExtractionPrompts.of(material.people);
        List<Generator.Request> requests = new ArrayList<>();
        List<Line> opening = opening(learned);
        try (Generator generator = new Generator(model, encoder.tokenizer())) {
            for (int i = 0; i < questions.size(); i++) {
                List<Line> lines = new ArrayList<>(opening);
                lines.add(new Line(Role.USER, null, questions.get(i)));
                GenerateOptions options =
                        new GenerateOptions.Builder()
                                .maxTokens(effort.replyTokens)
                                .temperature(2 * i < questions.size() ? 0 : 0.9)
                                .stopIds(encoder.stopIds())
                                .stopStrings(encoder.stopStrings())
                                .seed(effort.seed + i)
                                .build();
                requests.add(new Generator.Request(encoder.prompt(lines), options));
            }
            List<Generator.Text> texts = generator.generateAll(requests, done -> {});
            return texts.stream().map(Generator.Text::text).toList();
        }
    }
}
