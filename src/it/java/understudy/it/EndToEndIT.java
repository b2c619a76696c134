package understudy.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import understudy.SyntheticChats;
import understudy.base.ExitCode;
import understudy.base.Json;
import understudy.base.Workspace;
import understudy.run.EventLog;
import understudy.run.RunEvent;
import understudy.run.RunFolder;
import understudy.run.RunHistory;
import understudy.weights.Safetensors;

/// The whole way with the packaged program: exports in, a voice out, offline.
///
/// A start of the program takes longer than most of what it does here, so the way is walked once
/// and the tests look at what each step said and left behind.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EndToEndIT {
    private static final int MESSAGES = 400;
    private static final String PROMPT = "did you see the lake?";
    private static final String BASE = SyntheticChats.tinyModel().toString();

    private Path folder = Path.of("");
    private Program program = new Program(folder);
    private List<Path> exports = List.of();
    private final Map<String, Program.Result> steps = new LinkedHashMap<>();

    @BeforeAll
    void walkTheWholeWay(@TempDir Path empty) throws IOException {
        folder = empty;
        program = new Program(folder);
        exports = SyntheticChats.write(folder, MESSAGES, "Kim", "Noor", "Kimmy");
        String[] files = exports.stream().map(Path::toString).toArray(String[]::new);
        step("messages", "messages", files);
        step("import", "import", files);
        step("import again", "import --json", files);
        step("people", "people --me Robin --merge Kim Kimmy --role Noor=neighbour --json");
        step("prepare", "prepare --json --base", BASE);
        step("plan", "plan --json --base", BASE);
        step(
                "train",
                "train --json --epochs 9 --max-tokens 60000 --checkpoint-every 20"
                        + " --set learning_rate=1e-2 --set train.batch_tokens=1000");
        step("runs", "runs --json");
        step("runs show", "runs show --json");
        step("evaluate", "evaluate --quick --json --rows", rowsFile().toString());
        step("evaluate scores", "evaluate --scores-only --json");
        step("export", "export --json --as merged --out", merged().toString());
        step("chat", "chat --to Kim --seed 5 --max-tokens 20 --prompt", PROMPT);
        step("chat json", "chat --to Kim --seed 5 --max-tokens 20 --json --prompt", PROMPT);
        step("model list", "model list --json");
        step("model show", "model show --json", BASE);
        step("doctor", "doctor --json");
        step("decode", "bench decode --json --steps 2 --length 64 --shape", BASE);
        step("prefill", "bench prefill --json --length 64 --shape", BASE);
        step("other base", "train --base smollm2-135m");
        step("unknown key", "train --set train.rnak=1");
        step("prepare seed", "prepare --json --recipe seed --base", BASE);
        step("train seed", "train --json --resume --max-tokens 8000");
        step("export seed", "export --json --as ollama --out", folder.resolve("seed").toString());
        step("chat seed", "chat --json --seed 1 --max-tokens 8 --prompt", PROMPT);
    }

    private Path rowsFile() {
        return folder.resolve("rows.jsonl");
    }

    private Path merged() {
        return folder.resolve("merged");
    }

    private void step(String name, String words, String... more) {
        List<String> all = new ArrayList<>(List.of(words.split(" ")));
        all.addAll(List.of(more));
        steps.put(name, program.run(all.toArray(String[]::new)));
    }

    private Program.Result result(String step) {
        return Objects.requireNonNull(steps.get(step), step);
    }

    /// The one line of JSON that a step printed, which must have these fields.
    private JsonNode json(String step, String... fields) {
        Program.Result result = result(step);
        assertThat(result.exit()).as("%s: %s", step, result.err()).isEqualTo(ExitCode.OK);
        assertThat(result.lines()).as(step).hasSize(1);
        JsonNode json = Json.json().readTree(result.out());
        assertThat(json.propertyNames()).as(step).containsAll(List.of(fields));
        return json;
    }

    private RunFolder run() throws IOException {
        return RunFolder.open(new Workspace(program.home()), json("train").get("run").asString());
    }

    @Test
    void messagesPrintsALineForEach() {
        Program.Result result = result("messages");
        assertThat(result.exit()).isEqualTo(ExitCode.OK);
        assertThat(result.lines()).hasSizeGreaterThan(3 * MESSAGES);
        for (String line : result.lines()) {
            JsonNode message = Json.json().readTree(line);
            assertThat(message.propertyNames())
                    .containsExactly(
                            "file", "platform", "chat", "date", "author", "kind", "message");
        }
    }

    @Test
    void importStoresEveryMessageOnceAndAsksWhoIsTheOwner() {
        Program.Result first = result("import");
        assertThat(first.exit()).isEqualTo(ExitCode.OK);
        assertThat(first.out()).contains("understudy people --me \"Robin\"");
        JsonNode again =
                json("import again", "files", "chats", "messages", "added", "skipped", "me");
        assertThat(again.get("added").asInt()).isZero();
        assertThat(again.get("chats").asInt()).isEqualTo(3);
        assertThat(again.get("messages").asInt()).isEqualTo(result("messages").lines().size());
    }

    @Test
    void peopleChangesAndListsInOneCall() {
        JsonNode people = json("people", "people").get("people");
        assertThat(people).hasSize(3);
        for (JsonNode person : people) {
            switch (person.get("name").asString()) {
                case "Robin" -> assertThat(person.get("me").asBoolean()).isTrue();
                case "Kim" -> assertThat(person.get("aliases").toString()).contains("Kimmy");
                default -> assertThat(person.get("role").asString()).isEqualTo("neighbour");
            }
        }
    }

    @Test
    void prepareWritesRowsThatAnybodyCanRead() throws IOException {
        JsonNode prepared =
                json("prepare", "dataset", "folder", "base", "recipe", "train_rows", "dropped");
        Path dataset = program.home().resolve("datasets/default");
        assertThat(prepared.get("folder").asString()).isEqualTo(dataset.toString());
        for (String part : List.of("train", "validation", "heldout")) {
            List<String> rows = Files.readAllLines(dataset.resolve(part + ".jsonl"));
            assertThat(rows).hasSize(prepared.get(part + "_rows").asInt()).isNotEmpty();
            for (String row : rows) {
                JsonNode json = Json.json().readTree(row);
                assertThat(json.propertyNames())
                        .containsExactly("input", "messages", "person", "chat", "block");
                assertThat(json.get("person").asString()).isIn("Kim", "Noor");
                assertThat(json.get("messages").get(0).propertyNames())
                        .containsExactly("role", "name", "content", "date");
                assertThat(json.get("input").asString()).startsWith("<|im_start|>system\nYou are");
            }
        }
        assertThat(dataset.resolve("report.json")).exists();
        assertThat(Files.readString(dataset.resolve("dataset.yaml"))).contains(BASE);
    }

    @Test
    void planKnowsTheDataset() {
        JsonNode plan = json("plan", "memory_mb", "minutes", "disk_mb", "methods");
        assertThat(plan.get("methods")).isNotEmpty();
        long epoch = json("prepare").get("tokens").asLong();
        assertThat(plan.get("tokens").asLong()).isEqualTo(3 * epoch);
    }

    @Test
    void trainLeavesAPeftAdapterAndALogThatReplays() throws IOException {
        JsonNode trained =
                json(
                        "train",
                        "run",
                        "adapter",
                        "tokens",
                        "seconds",
                        "tokens_per_s",
                        "peak_rss_mb",
                        "best_step");
        assertThat(trained.get("tokens").asLong()).isBetween(50_000L, 60_000L);
        RunFolder run = run();
        assertThat(trained.get("adapter").asString()).isEqualTo(run.adapter().toString());
        JsonNode config = Json.json().readTree(run.adapter().resolve("adapter_config.json"));
        assertThat(config.get("peft_type").asString()).isEqualTo("LORA");
        assertThat(config.get("base_model_name_or_path").asString()).isEqualTo("tiny-chat");
        Path weights = run.adapter().resolve("adapter_model.safetensors");
        try (Safetensors file = Safetensors.open(weights)) {
            assertThat(file.tensors()).hasSize(2 * 2 * 7);
            assertThat(file.tensors().keySet())
                    .allMatch(name ->
                            name.matches(
                                    "base_model\\.model\\.model\\.layers\\..*lora_[AB]\\.weight"));
        }
        EventLog.Contents log = EventLog.read(run.events());
        assertThat(log.damagedLines()).isEmpty();
        assertThat(log.events().getFirst()).isInstanceOf(RunEvent.Started.class);
        assertThat(log.events().getLast()).isInstanceOf(RunEvent.Finished.class);
        assertThat(Files.readString(run.config())).contains("batch_tokens: 1000");
        assertThat(run.checkpoints()).isNotEmptyDirectory();
    }

    @Test
    void runsReplaysTheLog() throws IOException {
        JsonNode runs = json("runs");
        assertThat(runs).hasSize(1);
        assertThat(runs.get(0).propertyNames()).contains("run", "state", "adapter", "created");
        assertThat(runs.get(0).get("state").asString()).isEqualTo("finished");
        JsonNode shown = json("runs show", "run", "state", "adapter", "config");
        RunHistory history = run().history();
        assertThat(shown.get("steps")).hasSize(history.steps().size());
        assertThat(shown.get("validations")).hasSize(history.validations().size());
        assertThat(shown.get("best_step").asInt())
                .isEqualTo(json("train").get("best_step").asInt());
    }

    @Test
    void theRowsOfAnEvaluationSayWhatWasScored() throws IOException {
        JsonNode score =
                json("evaluate", "run", "bpc_before", "bpc_after", "own_characters", "per_person");
        assertThat(score.get("bpc_after").asDouble())
                .as("a repetitive voice is soon learned")
                .isLessThan(0.6 * score.get("bpc_before").asDouble());
        assertThat(score.get("per_person").size()).isEqualTo(2);
        long characters = 0;
        for (String line : Files.readAllLines(rowsFile())) {
            JsonNode row = Json.json().readTree(line);
            assertThat(row.propertyNames())
                    .containsExactly("ids", "scored", "characters", "person");
            assertThat(row.get("scored")).hasSameSizeAs(row.get("ids"));
            characters += row.get("characters").asLong();
        }
        assertThat(characters)
                .isEqualTo(score.get("own_characters").asLong())
                .isEqualTo(json("prepare").get("heldout_own_characters").asLong());
    }

    @Test
    void theVoiceReportComparesRepliesAndLeavesAPage() throws IOException {
        JsonNode report = json("evaluate", "voice", "page", "change");
        JsonNode voice = report.get("voice");
        int replies = voice.get("replies").asInt();
        assertThat(replies).isBetween(10, 50);
        assertThat(voice.get("sources").propertyNames())
                .containsExactly(
                        "clone", "prompt_only", "base", "own_earlier", "another_person", "true");
        for (JsonNode source : voice.get("sources")) {
            double taken = source.get("taken_for_person").get("value").asDouble();
            assertThat(taken).isBetween(0.0, 1.0);
        }
        assertThat(distance(voice, "own_earlier")).isLessThan(distance(voice, "another_person"));
        assertThat(distance(voice, "clone")).isLessThan(distance(voice, "base"));
        JsonNode scores = json("evaluate scores", "bpc_before", "bpc_after");
        assertThat(scores.get("bpc_after")).isEqualTo(report.get("bpc_after"));
        Path page = Path.of(report.get("page").asString());
        assertThat(page).isEqualTo(run().report().resolve("voice.html"));
        assertThat(Files.readString(page)).contains("</svg>").doesNotContain("http", "<script");
        JsonNode kept = Json.json().readTree(run().report().resolve("voice.json"));
        assertThat(kept.get("voice")).isEqualTo(voice);
        assertThat(result("evaluate").err()).contains("replies of", "style distance", "note:");
    }

    private static double distance(JsonNode voice, String source) {
        return voice.get("sources").get(source).get("style_distance").get("value").asDouble();
    }

    @Test
    void theSameSeedGivesTheSameAnswer() {
        JsonNode answer = json("chat json", "run", "reply", "tokens");
        String reply = answer.get("reply").asString();
        assertThat(reply).isNotBlank();
        // a tiny model writes control characters, too, which a terminal is spared
        String shown = reply.replaceAll("\\p{Cntrl}", "").strip();
        assertThat(result("chat").out().replaceAll("\\p{Cntrl}", "").strip()).isEqualTo(shown);
    }

    @Test
    void whatIsAskedAboutModelsAndMachineIsAnswered() {
        assertThat(json("model list", "models").get("models")).isNotEmpty();
        assertThat(json("model show", "name", "path").get("path").asString()).isEqualTo(BASE);
        json("doctor", "device", "compute_type", "reason");
        JsonNode decode = json("decode", "decode_tokens_per_s", "conversations");
        assertThat(decode.get("decode_tokens_per_s").asDouble()).isPositive();
        JsonNode prefill = json("prefill", "prefill_tokens_per_s", "length");
        assertThat(prefill.get("prefill_tokens_per_s").asDouble()).isPositive();
    }

    @Test
    void anotherBaseOrAnUnknownKeyIsRefusedWithAWayOut() {
        Program.Result base = result("other base");
        assertThat(base.exit()).isEqualTo(ExitCode.USER);
        assertThat(base.err())
                .startsWith("error: the dataset was prepared for")
                .contains("  fix: understudy prepare --base smollm2-135m");
        Program.Result key = result("unknown key");
        assertThat(key.exit()).isEqualTo(ExitCode.USER);
        assertThat(key.err()).contains("rnak").contains("did you mean train.rank?");
    }

    @Test
    void theSeedRecipeGoesTheSameWay() throws IOException {
        assertThat(json("prepare seed").get("dataset").asString()).isEqualTo("seed");
        String first =
                Files.readAllLines(program.home().resolve("datasets/seed/train.jsonl")).getFirst();
        assertThat(Json.json().readTree(first).get("input").asString())
                .startsWith("<|start_header_id|>user<|end_header_id|>\ndid you see")
                .contains("<|eot_id|><|start_header_id|>system<|end_header_id|>\noh yes");
        JsonNode trained = json("train seed", "run");
        assertThat(trained.get("run").asString())
                .as("--resume with nothing to go on with starts a run")
                .isGreaterThan(json("train").get("run").asString());
        assertThat(json("chat seed", "reply").get("run")).isEqualTo(trained.get("run"));
    }

    @Test
    void nothingIsReadableByOthers() throws IOException {
        for (Path path : program.files()) {
            Set<PosixFilePermission> allowed = Files.getPosixFilePermissions(path);
            assertThat(allowed)
                    .as(path.toString())
                    .allMatch(permission -> permission.name().startsWith("OWNER"));
        }
    }

    /// What people wrote stands where it belongs: in the store, the datasets and the answers.
    @Test
    void noMessageTextIsInLogsRunsOrWhatIsPrinted() throws IOException {
        steps.forEach((name, result) -> {
            boolean shows = name.matches("chat.*|messages"); // what they are for
            boolean previews = name.startsWith("prepare"); // on standard error with --json
            assertThat(shows ? "" : result.out()).as(name).doesNotContain(SyntheticChats.CANARIES);
            assertThat(previews ? "" : result.err())
                    .as(name)
                    .doesNotContain(SyntheticChats.CANARIES);
        });
        for (Path path : program.files()) {
            String place = program.home().relativize(path).toString();
            boolean belongs = place.startsWith("chats.db") || place.startsWith("datasets");
            if (Files.isRegularFile(path) && !belongs) {
                String bytes = Files.readString(path, StandardCharsets.ISO_8859_1);
                assertThat(SyntheticChats.CANARIES).as(place).noneMatch(bytes::contains);
            }
        }
    }

    @Test
    void exportWritesAFolderThatSoundsLikeTheRun() {
        JsonNode json = json("export", "run", "as", "out", "bytes", "bpc_run", "bpc_export");
        assertThat(json.get("change").doubleValue()).isBetween(-0.01, 0.01);
        assertThat(merged().resolve("model.safetensors")).exists();
        assertThat(merged().resolve("chat_template.jinja")).exists();
        JsonNode seed = json("export seed", "change");
        assertThat(seed.get("change").doubleValue()).isBetween(-0.01, 0.01);
        assertThat(folder.resolve("seed").resolve("Modelfile"))
                .content()
                .contains("<|start_header_id|>system<|end_header_id|>", "stop \"<|eot_id|>\"");
    }
}
