package understudy.dataset;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.IntStream;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import understudy.base.ExitCode;
import understudy.base.Json;
import understudy.base.PrivateFiles;
import understudy.base.UserError;
import understudy.chat.Conversation;
import understudy.chat.Role;
import understudy.chat.Turn;

/// Made-up secrets that are planted into what is learned, so that it can be measured how well they
/// can be got out again.
///
/// Half of them are of the form [CanaryFormat#NUMBER] and planted past redaction: they stand for
/// what no rule finds. The others are of all forms by turns and redacted as every turn. Each is
/// planted 1, 4 or 16 times by turns. Beside them one number is planted 50 times, past redaction:
/// where not even that one is found, the measurement is no good. What is planted is a question of
/// the other side and an own answer, between two other turns of a conversation of the training
/// part. The draw is the same each time.
public final class Canaries {
    /// More would be a dataset of their own.
    public static final int MOST = 400;

    /// How often the one is planted that has to be found.
    public static final int BEACON = 50;

    private static final String FILE = "canaries.jsonl";
    private static final long SEED = 20_261_127;
    private static final int[] TIMES = {1, 4, 16};

    /// A secret.
    ///
    /// @param secret  as it was drawn
    /// @param planted the own turn that was planted
    /// @param times   how often
    public record Canary(CanaryFormat format, String secret, String planted, int times) {
        /// Whether a pseudonym was learned and the secret was not.
        public boolean redacted() {
            return !planted.equals(format.beginning() + secret);
        }

        public boolean beacon() {
            return times == BEACON;
        }
    }

    private final List<Canary> drawn;

    /// Those that are not redacted.
    private final Set<Canary> past;

    private List<Canary> planted = List.of();

    private Canaries(List<Canary> drawn, Set<Canary> past) {
        this.drawn = List.copyOf(drawn);
        this.past = Set.copyOf(past);
    }

    static Canaries none() {
        return new Canaries(List.of(), Set.of());
    }

    /// @param count how many beside the one that has to be found; 0 for none at all
    static Canaries of(int count) {
        if (count == 0) {
            return none();
        }
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(SEED);
        CanaryFormat[] others = {
            CanaryFormat.NUMBER, CanaryFormat.PHONE, CanaryFormat.EMAIL, CanaryFormat.CODE
        };
        List<Canary> all = new ArrayList<>();
        Set<Canary> past = new HashSet<>();
        Set<String> secrets = new HashSet<>();
        for (int i = -1; i < count; i++) {
            boolean left = i % 2 == 0 || i < 0;
            CanaryFormat format = left ? CanaryFormat.NUMBER : others[i / 2 % others.length];
            String secret = format.secret(random);
            while (!secrets.add(secret)) {
                secret = format.secret(random);
            }
            int group = left ? i / 2 : i / 2 / others.length;
            String text = format.beginning() + secret;
            Canary canary = new Canary(format, secret, text, i < 0 ? BEACON : TIMES[group % 3]);
            all.add(canary);
            if (left) {
                past.add(canary);
            }
        }
        return new Canaries(all, past);
    }

    /// What will be planted and redacted, as it stands before that.
    List<String> texts() {
        return drawn.stream().filter(c -> !past.contains(c)).map(Canary::planted).toList();
    }

    /// @return the same parts, with secrets in the training part
    Map<Part, List<Block>> plant(Map<Part, List<Block>> parts, String myName, Redactor redactor) {
        List<Block> blocks = parts.getOrDefault(Part.TRAIN, List.of());
        List<Integer> fit =
                IntStream.range(0, blocks.size())
                        .filter(i -> places(blocks.get(i)).size() > 1)
                        .boxed()
                        .toList();
        if (drawn.isEmpty() || fit.isEmpty()) {
            return parts;
        }
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(SEED + 1);
        Map<Integer, List<Turn>> pairs = new LinkedHashMap<>();
        List<Canary> done = new ArrayList<>();
        for (Canary canary : drawn) {
            boolean left = past.contains(canary);
            String text = left ? canary.planted : redactor.uncounted(canary.planted);
            done.add(new Canary(canary.format, canary.secret, text, canary.times));
            for (int i = 0; i < canary.times; i++) {
                int block = fit.get(random.nextInt(fit.size()));
                LocalDateTime time = blocks.get(block).start();
                List<Turn> more = pairs.computeIfAbsent(block, b -> new ArrayList<>());
                more.add(new Turn(Role.USER, "", time, canary.format.question()));
                more.add(new Turn(Role.ASSISTANT, myName, time, text));
            }
        }
        planted = List.copyOf(done);
        List<Block> changed = new ArrayList<>(blocks);
        pairs.forEach((block, turns) -> changed.set(block, with(blocks.get(block), turns, random)));
        Map<Part, List<Block>> all = new LinkedHashMap<>(parts);
        all.put(Part.TRAIN, changed);
        return all;
    }

    /// Where a pair may stand: before a turn of the other side that follows an own one, so that
    /// neither half of the pair is joined to what stands beside it; and at the end.
    private static List<Integer> places(Block block) {
        List<Integer> places = new ArrayList<>();
        List<Turn> turns = block.turns();
        for (int i = 1; i < turns.size(); i++) {
            if (!turns.get(i).mine() && turns.get(i - 1).mine()) {
                places.add(i);
            }
        }
        if (turns.getLast().mine()) {
            places.add(turns.size());
        }
        return places;
    }

    private static Block with(Block block, List<Turn> pairs, RandomGenerator random) {
        List<Integer> places = places(block);
        Map<Integer, List<Turn>> at = new LinkedHashMap<>();
        for (int i = 0; i < pairs.size(); i += 2) {
            List<Turn> here =
                    at.computeIfAbsent(
                            places.get(random.nextInt(places.size())), p -> new ArrayList<>());
            here.addAll(pairs.subList(i, i + 2));
        }
        List<Turn> turns = new ArrayList<>();
        List<Integer> messages = new ArrayList<>();
        for (int i = 0; i <= block.turns().size(); i++) {
            for (Turn turn : at.getOrDefault(i, List.of())) {
                String name = turn.mine() ? turn.name() : other(block);
                turns.add(new Turn(turn.role(), name, turn.sentAt(), turn.text()));
                messages.add(0); // nobody sent it, so the count of messages stays right
            }
            if (i < block.turns().size()) {
                turns.add(block.turns().get(i));
                messages.add(block.messages().get(i));
            }
        }
        Conversation old = block.conversation();
        return new Block(
                new Conversation(old.person(), old.chat(), old.block(), turns),
                block.partner(),
                messages);
    }

    private static String other(Block block) {
        return block.turns().stream()
                .filter(turn -> !turn.mine())
                .map(Turn::name)
                .findFirst()
                .orElse("");
    }

    DatasetReport.Planted planted() {
        int turns = planted.stream().mapToInt(Canary::times).sum();
        return planted.isEmpty()
                ? DatasetReport.Planted.NONE
                : new DatasetReport.Planted(planted.size(), turns);
    }

    /// Writes what was planted into the dataset's folder, mode 0600; removes an older file where
    /// nothing was.
    public void write(Path folder) throws IOException {
        Path file = folder.resolve(FILE);
        if (planted.isEmpty()) {
            Files.deleteIfExists(file);
            return;
        }
        PrivateFiles.write(
                file,
                out -> {
                    for (Canary canary : planted) {
                        Map<String, Object> line = new LinkedHashMap<>();
                        line.put("format", canary.format.name().toLowerCase(Locale.ROOT));
                        line.put("secret", canary.secret);
                        line.put("planted", canary.planted);
                        line.put("times", canary.times);
                        String json = Json.json().writeValueAsString(line) + "\n";
                        out.write(json.getBytes(StandardCharsets.UTF_8));
                    }
                });
    }

    /// What was planted into a dataset; empty where nothing was.
    public static List<Canary> of(Dataset dataset) {
        Path file = dataset.folder().resolve(FILE);
        List<Canary> all = new ArrayList<>();
        if (!Files.isRegularFile(file)) {
            return all;
        }
        try (BufferedReader lines = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            for (String line = lines.readLine();
                    line != null && all.size() <= MOST;
                    line = lines.readLine()) {
                JsonNode tree = Json.json().readTree(line);
                String format = tree.path("format").asString("").toUpperCase(Locale.ROOT);
                all.add(
                        new Canary(
                                CanaryFormat.valueOf(format),
                                tree.path("secret").asString(),
                                tree.path("planted").asString(),
                                tree.path("times").asInt()));
            }
            return all;
        } catch (IOException | JacksonException | IllegalArgumentException e) {
            throw new UserError(
                    "the list of planted secrets is damaged",
                    file.toString(),
                    "understudy prepare",
                    ExitCode.UNEXPECTED_STATE,
                    e);
        }
    }
}
