package understudy.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import understudy.base.Workspace;
import understudy.chat.Role;
import understudy.dataset.Dataset;
import understudy.dataset.DatasetConfig;
import understudy.dataset.DatasetRow;
import understudy.dataset.Part;
import understudy.generate.GenerateOptions;
import understudy.generate.Generator;
import understudy.model.Adapter;
import understudy.model.PeftFolder;
import understudy.run.RunFolder;
import understudy.text.Line;
import understudy.text.TemplateEncoder;

/// Held-out messages with what the person answered, what the base model would, and the clone.
final class DemoSamples {
    private static final int COUNT = 5;
    private static final int LEAST_CHARACTERS = 12;
    private static final int MOST_CHARACTERS = 240;
    private static final int MOST_TOKENS = 60;

    private final Workspace workspace;
    private final String run;

    DemoSamples(Workspace workspace, String run) {
        this.workspace = workspace;
        this.run = run;
    }

    /// @param before the conversation up to the message that is answered
    private record Sample(String person, List<Line> before, String answer) {
        String asked() {
            return before.getLast().content();
        }
    }

    List<Map<String, Object>> show(Console console) throws IOException {
        RunFolder folder = RunFolder.open(workspace, run);
        RunSetup setup = RunSetup.of(folder);
        Dataset dataset = Datasets.open(workspace, setup.dataset());
        BaseModel base = BaseModel.find(workspace, setup.base());
        boolean seed = dataset.config().template() == DatasetConfig.Template.SEED;
        TemplateEncoder encoder = TemplateEncoder.load(base.path(), seed);
        List<Sample> samples = choose(dataset.rows(Part.HELDOUT, encoder));
        List<String> fromBase = new ArrayList<>();
        List<String> fromClone = new ArrayList<>();
        try (LoadedModel loaded = LoadedModel.as(setup.train(), base.path(), "auto");
                Generator generator = new Generator(loaded.model(), encoder.tokenizer())) {
            samples.forEach(s -> fromBase.add(answer(generator, encoder, s)));
            generator.forget(null);
            if (!setup.full()) {
                try (Adapter adapter = PeftFolder.load(loaded.model(), folder.adapter(), false)) {
                    samples.forEach(s -> fromClone.add(answer(generator, encoder, s)));
                    loaded.model().detachAdapter();
                }
            }
        }
        if (setup.full()) {
            try (LoadedModel loaded = LoadedModel.learned(folder, setup, base.path(), "auto");
                    Generator generator = new Generator(loaded.model(), encoder.tokenizer())) {
                samples.forEach(s -> fromClone.add(answer(generator, encoder, s)));
            }
        }
        List<Map<String, Object>> json = new ArrayList<>();
        for (int i = 0; i < samples.size(); i++) {
            Sample sample = samples.get(i);
            show(console, sample, fromBase.get(i), fromClone.get(i));
            Map<String, Object> entry = new LinkedHashMap<>();
            entry.put("person", sample.person);
            entry.put("message", sample.asked());
            entry.put("true", sample.answer);
            entry.put("base", fromBase.get(i));
            entry.put("clone", fromClone.get(i));
            json.add(entry);
        }
        return json;
    }

    /// The last exchange of five conversations with different people: something was asked, and the
    /// person answered with more than a word.
    private static List<Sample> choose(List<DatasetRow> rows) {
        List<Sample> samples = new ArrayList<>();
        Set<String> people = new HashSet<>();
        for (DatasetRow row : rows) {
            List<Line> lines = row.lines();
            for (int i = lines.size() - 1; i > 1 && samples.size() < COUNT; i--) {
                Line line = lines.get(i);
                Line asked = lines.get(i - 1);
                boolean fits =
                        line.role() == Role.ASSISTANT
                                && asked.role() == Role.USER
                                && within(line.content())
                                && within(asked.content());
                if (fits && people.add(row.person())) {
                    samples.add(new Sample(row.person(), lines.subList(0, i), line.content()));
                }
            }
        }
        return samples;
    }

    private static boolean within(String text) {
        return text.length() >= LEAST_CHARACTERS && text.length() <= MOST_CHARACTERS;
    }

    private static String answer(Generator generator, TemplateEncoder encoder, Sample sample) {
        GenerateOptions options =
                new GenerateOptions.Builder()
                        .maxTokens(MOST_TOKENS)
                        .topP(0.9)
                        .repetitionPenalty(1.1)
                        .stopIds(encoder.stopIds())
                        .stopStrings(encoder.stopStrings())
                        .seed(1)
                        .build();
        int[] prompt = encoder.prompt(sample.before);
        return generator.generate(prompt, options, piece -> {}, () -> false).text().strip();
    }

    private static void show(Console console, Sample sample, String base, String clone) {
        part(console, Shown.safe(sample.person, 20), sample.asked());
        part(console, "the person", sample.answer);
        part(console, "base model", base);
        part(console, "the clone", clone);
        console.say("");
    }

    private static void part(Console console, String who, String text) {
        String margin = " ".repeat(14);
        String shown = Shown.answer(text).strip().replace("\n", "\n" + margin);
        console.say("%-12s  %s".formatted(who, shown));
    }
}
