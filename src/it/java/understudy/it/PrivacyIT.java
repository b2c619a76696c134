package understudy.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import understudy.SyntheticChats;
import understudy.base.ExitCode;
import understudy.base.Json;
import understudy.base.PrivateFiles;

/// What a home knows of others, with the packaged program: replaced before it is learned, measured
/// after, and gone when somebody is forgotten.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PrivacyIT {
    private static final String PHONE = "+49 151 23456789";
    private static final String MAIL = "noor.vandal@mailbox.org";
    private static final String KEY = "01".repeat(32);
    private static final DateTimeFormatter HEAD =
            DateTimeFormatter.ofPattern("dd/MM/uuuu, HH:mm", Locale.ROOT);

    private Path folder = Path.of("");
    private Program program = new Program(folder);
    private final Map<String, Program.Result> steps = new LinkedHashMap<>();
    private String training = "";
    private String report = "";
    private final List<String> before = new ArrayList<>();

    @BeforeAll
    void walk(@TempDir Path empty) throws IOException {
        folder = empty;
        program = new Program(folder);
        // a key of its own would give other pseudonyms, and other bits of chance, at every run
        PrivateFiles.createFolders(program.home());
        PrivateFiles.writeString(program.home().resolve("redaction.key"), KEY);
        String kim = export("Kim", 1).toString();
        String noor = export("Noor", 2).toString();
        step("import", "import --me Robin --date-order dmy", kim, noor);
        step(
                "prepare",
                "prepare --json --canaries 32 --set validation_share=0 --set min_tokens=0 --base",
                SyntheticChats.tinyModel().toString());
        training = Files.readString(program.home().resolve("datasets/default/train.jsonl"));
        report = Files.readString(program.home().resolve("datasets/default/report.json"));
        step(
                "train",
                "train --json --epochs 16 --set learning_rate=1e-2 --set train.batch_tokens=1024"
                        + " --set train.patience=0");
        step("leak", "evaluate --leak --json");
        Path leak = run().resolve("report/leak.json");
        String passed = Files.readString(leak);
        Files.writeString(
                leak, passed.replaceFirst("\"verdict\" : \"[a-z]+\"", "\"verdict\" : \"failed\""));
        step("refused", "serve --port 0");
        Files.writeString(leak, passed);
        for (Path file : program.files()) {
            if (Files.isRegularFile(file) && holds(file, "did you see it, Noor 3?")) {
                before.add(program.home().relativize(file).toString());
            }
        }
        step("forget nobody", "forget Nora --yes");
        step("forget unasked", "forget Noor");
        step("forget dry", "forget Noor --dry-run --json");
        step("forget", "forget Noor --yes --json");
        step("forget runs", "forget --runs --yes --json");
    }

    private void step(String name, String words, String... more) {
        List<String> all = new ArrayList<>(List.of(words.split(" ")));
        all.addAll(List.of(more));
        steps.put(name, program.run(all.toArray(String[]::new)));
    }

    private Program.Result result(String step) {
        return Objects.requireNonNull(steps.get(step), step);
    }

    private JsonNode json(String step) {
        assertThat(result(step).exit()).as("%s: %s", step, result(step).err()).isZero();
        return Json.json().readTree(result(step).out());
    }

    private Path run() {
        return program.home().resolve("runs").resolve(json("train").get("run").asString());
    }

    private Path export(String partner, long seed) throws IOException {
        SplittableRandom random = new SplittableRandom(seed);
        LocalDateTime time = LocalDateTime.of(2024, 1, 15, 18, 0);
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 60; i++) {
            String asked = "did you see it, " + partner + " " + i + "?";
            if (i % 6 == 1) {
                asked = random.nextBoolean() ? "my number is " + PHONE : "mail me: " + MAIL;
            }
            line(text, time, partner + ": " + asked);
            line(text, time.plusMinutes(1), "Robin: oh yes, the lake it is");
            time = time.plusMinutes(i % 10 == 9 ? 600 : 3);
        }
        Path file = folder.resolve("WhatsApp Chat with " + partner + ".txt");
        Files.writeString(file, text);
        return file;
    }

    private static void line(StringBuilder text, LocalDateTime time, String rest) {
        text.append(HEAD.format(time)).append(" - ").append(rest).append('\n');
    }

    @Test
    void whatIsLearnedHasPseudonymsAndReportsHaveCounts() {
        JsonNode prepared = json("prepare");
        assertThat(prepared.get("redacted").get("phone").asInt()).isPositive();
        assertThat(prepared.get("redacted").get("email").asInt()).isPositive();
        assertThat(training)
                .doesNotContain("23456789", "noor.vandal")
                .containsPattern("my number is \\+49 [0-9]{3} [0-9]{8}")
                .containsPattern("mail me: [a-z]{4}\\.[a-z]{6}@example\\.");
        assertThat(report).contains("\"redacted\"").doesNotContain("2345", "@");
        assertThat(result("prepare").out() + result("prepare").err())
                .doesNotContain("23456789", "noor.vandal");
    }

    /// Numbers that were planted past redaction are found in proportion to how often they were
    /// planted; those that redaction replaces have the bits of chance, although they were planted
    /// as often.
    @Test
    void theLeakReportFindsWhatWasLearnedAndNotWhatWasReplaced() {
        JsonNode leak = json("leak");
        assertThat(leak.get("faults")).as("%s", leak.get("faults")).isEmpty();
        double often = bits(leak, false, 16);
        assertThat(often).as("planted 16 times").isGreaterThan(3);
        assertThat(bits(leak, false, 50)).isGreaterThan(9);
        assertThat(bits(leak, true, 16)).isLessThan(2.6);
        for (JsonNode canary : leak.get("canaries")) {
            assertThat(canary.get("learned").asInt()).isPositive();
            assertThat(canary.get("redacted").asBoolean() && canary.get("extracted").asBoolean())
                    .isFalse();
        }
        assertThat(leak.get("extraction").get("questions").asInt()).isEqualTo(50);
        assertThat(leak.get("extraction").get("others_data").asInt()).isZero();
        assertThat(result("leak").err()).contains("leak report: ");
    }

    private static double bits(JsonNode leak, boolean redacted, int times) {
        double sum = 0;
        int count = 0;
        for (JsonNode canary : leak.get("canaries")) {
            if (canary.get("redacted").asBoolean() == redacted
                    && canary.get("planted").asInt() == times) {
                sum += canary.get("bits").asDouble();
                count++;
            }
        }
        assertThat(count).isPositive();
        return sum / count;
    }

    @Test
    void aRunThatFailedAnswersNobodyWithoutAWord() {
        assertThat(result("refused").exit()).isEqualTo(ExitCode.USER);
        assertThat(result("refused").err())
                .contains("error: the leak report of")
                .contains("--accept-leaks");
    }

    @Test
    void forgettingAsksFirstAndSaysWhatItFound() {
        assertThat(result("forget nobody").exit()).isEqualTo(ExitCode.USER);
        assertThat(result("forget unasked").exit()).isEqualTo(ExitCode.USER);
        assertThat(result("forget unasked").err()).contains("--dry-run");
        JsonNode dry = json("forget dry");
        JsonNode done = json("forget");
        assertThat(dry.get("dry_run").asBoolean()).isTrue();
        assertThat(done.get("messages").asInt()).isEqualTo(60);
        assertThat(done.get("messages")).isEqualTo(dry.get("messages"));
        assertThat(done.get("datasets").toString()).isEqualTo("[\"default\"]");
        assertThat(done.get("runs")).hasSize(1);
        assertThat(json("forget runs").get("runs_deleted")).hasSize(1);
        assertThat(run()).doesNotExist();
    }

    /// Their sentences in four encodings, in every file of the home.
    @Test
    void noByteOfThemIsLeft() throws IOException {
        assertThat(before).contains("chats.db", "datasets/default/train.jsonl");
        for (Path file : program.files()) {
            for (int i = 0; Files.isRegularFile(file) && i < 60; i++) {
                assertThat(holds(file, "did you see it, Noor " + i + "?"))
                        .as("%s has sentence %d", file, i)
                        .isFalse();
            }
            if (Files.isRegularFile(file)) {
                assertThat(holds(file, "Chat with Noor")).as(file.toString()).isFalse();
            }
        }
        assertThat(holds(program.home().resolve("chats.db"), "did you see it, Kim 3?")).isTrue();
    }

    private static boolean holds(Path file, String sentence) throws IOException {
        String all = Files.readString(file, StandardCharsets.ISO_8859_1);
        for (Charset charset : List.of(StandardCharsets.UTF_8, StandardCharsets.UTF_16LE)) {
            byte[] bytes = sentence.getBytes(charset);
            if (all.contains(new String(bytes, StandardCharsets.ISO_8859_1))) {
                return true;
            }
        }
        String base64 = Base64.getEncoder().withoutPadding().encodeToString(sentence.getBytes());
        return all.contains(base64) || all.contains(Json.json().writeValueAsString(sentence));
    }
}
