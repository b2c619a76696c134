package understudy.evaluate.voice;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import understudy.SyntheticChats;
import understudy.base.Json;
import understudy.chat.Role;
import understudy.dataset.DatasetRow;
import understudy.evaluate.HeldOutIntervals;
import understudy.evaluate.HeldOutScore;
import understudy.text.Line;
import understudy.text.TemplateEncoder;

/// A whole study of made-up people, from rows to the page.
class VoicePageTest {
    /// A name as a stranger may choose it.
    private static final String HOSTILE = "<script>alert(1)</script> & \"Kim\"\u202E";

    private static final List<String> WORDS =
            List.of("lake", "soup", "maybe", "tomorrow", "really", "garden", "good", "so", "the");

    private static final long SEED = 11;
    private static final Map<Source, ReplyWriter.Written> WRITTEN = new EnumMap<>(Source.class);
    private static VoiceStudy study;
    private static VoiceReport report;
    private static VoicePage page;

    private static String say(Random random, boolean own) {
        List<String> words = new ArrayList<>();
        for (int i = 0; i < 2 + random.nextInt(8); i++) {
            words.add(WORDS.get(random.nextInt(WORDS.size())));
        }
        String text = String.join(" ", words);
        return own
                ? text + (random.nextInt(3) == 0 ? "\nhaha" : "!!")
                : Character.toUpperCase(text.charAt(0)) + text.substring(1) + ".";
    }

    private static List<DatasetRow> rows(TemplateEncoder encoder, Random random, int from, int to) {
        List<DatasetRow> rows = new ArrayList<>();
        for (int block = from; block < to; block++) {
            String person = block % 3 == 0 ? HOSTILE : "Noor";
            List<Line> lines = new ArrayList<>();
            lines.add(Line.of(Role.SYSTEM, "You are Robin, chatting with " + person));
            for (int i = 0; i < 5; i++) {
                lines.add(new Line(Role.USER, person, say(random, false)));
                lines.add(new Line(Role.ASSISTANT, "Robin", say(random, true)));
            }
            rows.add(
                    new DatasetRow(
                            person,
                            person,
                            block,
                            lines,
                            encoder.encode(lines),
                            encoder.encode(lines).own(),
                            encoder.ownCharacters(lines)));
        }
        return rows;
    }

    @BeforeAll
    static void study() {
        TemplateEncoder encoder = TemplateEncoder.load(SyntheticChats.tinyModel(), false);
        Random random = new Random(SEED);
        List<DatasetRow> training = rows(encoder, random, 0, 40);
        List<DatasetRow> heldout = rows(encoder, random, 40, 58);
        study = VoiceStudy.of(new VoiceStudy.Plan("Robin", 60, SEED), training, heldout, encoder);
        for (Source source : List.of(Source.CLONE, Source.PROMPT, Source.BASE)) {
            List<String> texts = new ArrayList<>();
            for (int i = 0; i < study.questions().size(); i++) {
                boolean alike = source == Source.CLONE || i % 3 == 0;
                texts.add(source == Source.BASE ? "As a model, I am glad." : say(random, alike));
            }
            WRITTEN.put(source, new ReplyWriter.Written(texts, 3, 100));
        }
        report = study.report(WRITTEN);
        HeldOutScore.Scores before = scores(heldout, 2.5);
        HeldOutScore.Scores after = scores(heldout, 2.1);
        page =
                new VoicePage(
                        "20260101-000000-abc",
                        "tiny",
                        before,
                        after,
                        HeldOutIntervals.of(before, after, SEED),
                        HeldOutIntervals.perPerson(before, after, SEED),
                        report,
                        new PreviousVoice(
                                "20250101-000000-abc",
                                2.2,
                                figures(Source.CLONE).style(),
                                figures(Source.CLONE).taken()));
    }

    private static HeldOutScore.Scores scores(List<DatasetRow> rows, double bits) {
        Random random = new Random(3);
        List<HeldOutScore.Score> each = new ArrayList<>();
        HeldOutScore.Score all = new HeldOutScore.Score(0, 0, 1);
        Map<String, HeldOutScore.Score> people = new java.util.TreeMap<>();
        Map<HeldOutScore.Conversation, HeldOutScore.Score> conversations = new LinkedHashMap<>();
        for (DatasetRow row : rows) {
            double nats = row.ownCharacters() * Math.log(2) * (bits + 0.3 * random.nextGaussian());
            HeldOutScore.Score score = new HeldOutScore.Score(nats, row.ownCharacters(), 9);
            each.add(score);
            people.put(row.person(), score);
            conversations.put(HeldOutScore.Conversation.of(row), score);
            all =
                    new HeldOutScore.Score(
                            all.nats() + nats, all.characters() + score.characters(), 9);
        }
        return new HeldOutScore.Scores(all, people, conversations, each);
    }

    private static VoiceReport.Figures figures(Source source) {
        return Objects.requireNonNull(report.sources().get(source));
    }

    @Test
    void whoeverWritesLikeThePersonIsNearestToThem() {
        assertThat(report.replies()).isEqualTo(60);
        assertThat(report.sources()).containsOnlyKeys(Source.values());
        double clone = figures(Source.CLONE).style().value();
        assertThat(clone)
                .isLessThan(figures(Source.PROMPT).style().value())
                .isLessThan(figures(Source.OTHERS).style().value());
        assertThat(figures(Source.EARLIER).style().value()).isLessThan(0.5);
        assertThat(report.styleGain().low()).isPositive();
        assertThat(figures(Source.TRUE).taken().value()).isGreaterThan(0.9);
        assertThat(figures(Source.EARLIER).taken().value()).isGreaterThan(0.9);
        assertThat(figures(Source.OTHERS).taken().value()).isLessThan(0.1);
        assertThat(report.halfway().value()).isGreaterThan(0.8);
        assertThat(report.closeness().value()).isGreaterThan(0.5);
        assertThat(report.people()).isNotEmpty();
        assertThat(figures(Source.BASE).same()).isEqualTo(1);
        assertThat(report.notes()).anyMatch(note -> note.contains("from 200 on"));
    }

    @Test
    void theSameSeedGivesTheSameReport() {
        assertThat(study.report(WRITTEN)).isEqualTo(report);
    }

    @Test
    void thePageIsWellFormedAndLoadsNothing() throws Exception {
        String html = page.html();
        Files.writeString(Path.of("target/voice-page.html"), html); // to be looked at
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setFeature("http://xml.org/sax/features/external-general-entities", false);
        Document parsed =
                factory.newDocumentBuilder()
                        .parse(
                                new ByteArrayInputStream(
                                        html.replace("<!DOCTYPE html>", "")
                                                .getBytes(StandardCharsets.UTF_8)));
        assertThat(parsed.getElementsByTagName("svg").getLength()).isGreaterThan(4);
        for (String tag : List.of("script", "img", "link", "iframe", "object", "a")) {
            assertThat(parsed.getElementsByTagName(tag).getLength()).as(tag).isZero();
        }
        assertThat(html).doesNotContain("http", "url(", "@import", "src=", "\u202E");
    }

    @Test
    void messagesAreOnThePageOnlyWhereAskedFor() {
        String text = study.truth().getFirst();
        assertThat(page.html()).doesNotContain(Html.escaped(text));
        assertThat(page.html(study.questions(), study.truth(), WRITTEN))
                .contains(Html.escaped(text));
        String json = Json.json().writeValueAsString(report.tree());
        for (String truth : study.truth()) {
            assertThat(json).doesNotContain(truth);
        }
    }

    @Test
    void thePromptDescribesThePersonAndShowsAnswersToSimilarMessages() {
        Exchange question = study.questions().getFirst();
        List<Line> lines = study.persona().lines(question);
        assertThat(lines.getFirst().content())
                .contains("Robin", "begin in small letters", "haha", "chatting with");
        assertThat(lines).hasSize(question.before().size() + 2 * Persona.EXAMPLES);
        assertThat(study.persona().examples(question))
                .as("training messages that share words with the question")
                .anyMatch(e ->
                        Words.words(e.asked()).stream()
                                .anyMatch(Words.words(question.asked())::contains));
    }
}
