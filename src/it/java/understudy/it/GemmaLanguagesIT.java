package understudy.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;
import understudy.base.ExitCode;
import understudy.base.Json;

/// Gemma 3 270M learns a voice in languages that the demo's model hardly knows: from a WhatsApp
/// export to a held-out score, with the packaged program.
///
/// Runs where the model is fetched: `./check` looks for it and passes `-Dunderstudy.gemma=FILE`.
@Tag("gemma")
class GemmaLanguagesIT {
    private static final long SEED = 20_261_127;
    private static final int BLOCKS = 10;
    private static final int EXCHANGES = 6; // a block

    /// Made-up chats: a friend asks, the owner answers, both about one of a few things.
    ///
    /// @param me      the owner's name
    /// @param friend  the other's
    /// @param things  what they talk about
    /// @param asked   with `%s` for the thing
    /// @param answers the owner's, in a manner of their own, with `%s` for the thing
    private record Chat(
            String me,
            String friend,
            List<String> things,
            List<String> asked,
            List<String> answers) {
        /// An export as an Android phone writes it.
        String export() {
            Random random = new Random(SEED);
            DateTimeFormatter head = DateTimeFormatter.ofPattern("dd/MM/uuuu, HH:mm", Locale.ROOT);
            LocalDateTime time = LocalDateTime.of(2024, 1, 15, 18, 0);
            StringBuilder text = new StringBuilder();
            for (int block = 0; block < BLOCKS; block++) {
                for (int i = 0; i < EXCHANGES; i++) {
                    String thing = one(things, random);
                    line(text, head.format(time), friend, one(asked, random).formatted(thing));
                    time = time.plusMinutes(random.nextInt(1, 4));
                    line(text, head.format(time), me, one(answers, random).formatted(thing));
                    time = time.plusMinutes(random.nextInt(1, 4));
                }
                time = time.plusHours(random.nextInt(5, 20));
            }
            return text.toString();
        }

        private static String one(List<String> all, Random random) {
            return all.get(random.nextInt(all.size()));
        }

        private static void line(StringBuilder to, String head, String author, String words) {
            to.append("%s - %s: %s%n".formatted(head, author, words));
        }
    }

    enum Language {
        SPANISH(
                new Chat(
                        "Lucía",
                        "Marcos",
                        List.of(
                                "la paella",
                                "el perro",
                                "el partido",
                                "la bici",
                                "la llave",
                                "el tren"),
                        List.of(
                                "oye, ¿qué tal %s?",
                                "¿viste %s ayer por la tarde?",
                                "no encuentro %s, ¿sabes algo?",
                                "mañana hablamos de %s, ¿te parece?",
                                "mi madre pregunta otra vez por %s"),
                        List.of(
                                "jajaja pues sí, %s como siempre, ya sabes",
                                "uy, %s... mejor te cuento luego, ¿vale?",
                                "venga, vale, yo me encargo de %s, tranqui",
                                "¡qué va! %s ni lo he tocado, te lo juro jajaja",
                                "buah, con %s no puedo más, en serio"))),
        CHINESE(
                new Chat(
                        "小雨",
                        "阿明",
                        List.of("火锅", "小猫", "球赛", "自行车", "钥匙", "火车票"),
                        List.of(
                                "昨天的%s怎么样？",
                                "你看到%s了吗？我找不到", "明天我们聊聊%s好不好", "我妈又在问%s的事", "周末要不要一起去弄%s"),
                        List.of(
                                "哈哈哈%s嘛，还是老样子啦",
                                "哎呀，%s的事晚点再跟你说哦",
                                "好呀好呀，%s交给我就行，放心啦",
                                "没有没有，%s我碰都没碰过，真的哈哈哈",
                                "唉，%s我是真的受不了啦"))),
        ARABIC(
                new Chat(
                        "سلمى",
                        "كريم",
                        List.of("الكبسة", "القطة", "المباراة", "الدراجة", "المفتاح", "القطار"),
                        List.of(
                                "كيف كانت %s أمس؟",
                                "هل رأيت %s؟ لا أجد شيئا",
                                "نتكلم غدا عن %s، ما رأيك؟",
                                "أمي تسأل مرة أخرى عن %s",
                                "ماذا نفعل مع %s في نهاية الأسبوع؟"),
                        List.of(
                                "ههههه والله %s كالعادة، أنت تعرف",
                                "يا سلام، %s... أخبرك بعدين إن شاء الله",
                                "تمام تمام، أنا أهتم بموضوع %s، لا تقلق",
                                "أبدا والله، %s ما لمستها، صدقني ههههه",
                                "يا ربي، تعبت من %s، بجد")));

        private final Chat chat;

        Language(Chat chat) {
            this.chat = chat;
        }
    }

    private static JsonNode json(Program program, String... words) {
        Program.Result result = program.run(words);
        assertThat(result.exit()).as(result.err()).isEqualTo(ExitCode.OK);
        return Json.json().readTree(result.out());
    }

    @ParameterizedTest
    @EnumSource(Language.class)
    void heldOutTurnsBecomeLessSurprising(Language language, @TempDir Path folder)
            throws IOException {
        String base = System.getProperty("understudy.gemma", "");
        assertThat(base).as("-Dunderstudy.gemma=FILE").isNotEmpty();
        Program program = new Program(folder);
        Chat chat = language.chat;
        Path export = folder.resolve("WhatsApp Chat with " + chat.friend + ".txt");
        Files.writeString(export, chat.export());
        JsonNode imported = json(program, "import", "--json", "--me", chat.me, export.toString());
        assertThat(imported.get("messages").asInt()).isEqualTo(2 * EXCHANGES * BLOCKS);
        json(program, "prepare", "--json", "--base", base);
        JsonNode trained =
                json(
                        program,
                        "train",
                        "--json",
                        "--max-tokens=2000",
                        "--set=batch_tokens=256",
                        "--set=row_length=256",
                        "--set=warmup_steps=2");
        JsonNode score = json(program, "evaluate", "--scores-only", "--json");
        double before = score.get("bpc_before").asDouble();
        double after = score.get("bpc_after").asDouble();
        System.out.printf(
                "%s: %d tokens, %.3f -> %.3f bits per character of %d held out%n",
                language,
                trained.get("tokens").asInt(),
                before,
                after,
                score.get("own_characters").asInt());
        assertThat(trained.get("tokens").asInt()).isBetween(1000, 2000);
        assertThat(after).isLessThan(0.9 * before);
    }
}
