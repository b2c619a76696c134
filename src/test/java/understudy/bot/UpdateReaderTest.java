package understudy.bot;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;
import understudy.base.Json;

/// What Telegram sends, odd things included.
class UpdateReaderTest {
    private static final long SEED = 20_261_125;
    private static final int MUTANTS = 20_000;
    private static final Instant NOW = Instant.ofEpochSecond(1_790_000_000);

    private static final String USER =
            "{'id':7,'is_bot':false,'first_name':'Bea','last_name':'B','username':'bea',"
                    + "'language_code':'pt-br'}";
    private static final String PRIVATE = "{'id':7,'type':'private','first_name':'Bea'}";
    private static final String GROUP = "{'id':-70,'type':'supergroup','title':'Family'}";

    private static final String MESSAGE =
            "{'message_id':11,'date':1789999990,'chat':%s,'from':%s%s}";

    private final UpdateReader reader = new UpdateReader(new ChatTransport.Account(99, "Ada_Bot"));

    private static String message(String chat, String more) {
        return MESSAGE.formatted(chat, USER, more);
    }

    private static JsonNode json(String text) {
        return Json.json().readTree(text.replace('\'', '"'));
    }

    private Update read(String kind, String content) {
        return reader.read(json("{'update_id':5,'" + kind + "':" + content + "}"), NOW)
                .orElseThrow();
    }

    private static Update.Message expected(String text, String medium) {
        return new Update.Message(
                5,
                new Update.ChatRef(7, Update.ChatKind.PRIVATE, ""),
                11,
                new Update.Sender(7, "Bea B", "bea", "pt", false),
                Instant.ofEpochSecond(1_789_999_990),
                text,
                medium,
                false,
                null,
                false,
                null);
    }

    @Test
    void readsTextAndMedia() {
        assertThat(read("message", message(PRIVATE, ",'text':'hi\\nthere'")))
                .isEqualTo(expected("hi\nthere", ""));
        assertThat(read("message", message(PRIVATE, ",'photo':[{}],'caption':'us'")))
                .isEqualTo(expected("us", "photo"));
        for (String medium : List.of("sticker", "voice", "video_note", "poll", "location")) {
            assertThat(read("message", message(PRIVATE, ",'" + medium + "':{}")))
                    .isEqualTo(expected("", medium));
        }
        assertThat(read("message", message(PRIVATE, ",'document':{},'animation':{}")))
                .isEqualTo(expected("", "animation"));
    }

    @Test
    void repairsHalvesOfCharacters() {
        Update.Message read =
                (Update.Message) read("message", message(PRIVATE, ",'text':'a\\ud83db'"));
        assertThat(read.text()).isEqualTo("a\uFFFDb");
    }

    @Test
    void nobodyWroteAChannelsMessageOrOneWithoutASender() {
        Update.Message read =
                (Update.Message)
                        read(
                                "message",
                                "{'message_id':11,'date':1,'chat':"
                                        + PRIVATE
                                        + ",'from':null,'text':'a'}");
        assertThat(read.from()).isNull();
        assertThat(read("channel_post", message("{'id':-9,'type':'channel'}", ",'text':'a'")))
                .isEqualTo(new Update.Other(5, "channel_post"));
    }

    @Test
    void seesWhatIsForwardedAnsweredOrOnBehalf() {
        Update.Message read =
                (Update.Message)
                        read(
                                "business_message",
                                message(
                                        PRIVATE,
                                        ",'text':'a','forward_origin':{'type':'user'},"
                                                + "'business_connection_id':'c1',"
                                                + "'reply_to_message':{'message_id':3,'text':'b',"
                                                + "'from':{'id':99}}"));
        assertThat(read.forwarded()).isTrue();
        assertThat(read.businessConnection()).isEqualTo("c1");
        assertThat(read.answers()).isEqualTo(new Update.Answered(3, true, "b"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    hey @ada_bot         | mention      | 4  | 8  | true
                    hey @ADA_Bot         | mention      | 4  | 8  | true
                    hey @ada_bot2        | mention      | 4  | 9  | false
                    hey @ada_bot         | url          | 4  | 8  | false
                    /start@Ada_Bot       | bot_command  | 0  | 14 | true
                    /start@other_bot     | bot_command  | 0  | 16 | false
                    hey @ada_bot         | mention      | 4  | 80 | false
                    hey @ada_bot         | mention      | -4 | 8  | false
                    """)
    void seesWhetherItIsMeant(String text, String type, int offset, int length, boolean meant) {
        String entities =
                ",'text':'%s','entities':[{'type':'%s','offset':%d,'length':%d}]"
                        .formatted(text, type, offset, length);
        Update.Message read = (Update.Message) read("message", message(GROUP, entities));
        assertThat(read.mentionsBot()).isEqualTo(meant);
        assertThat(read.chat()).isEqualTo(new Update.ChatRef(-70, Update.ChatKind.GROUP, "Family"));
    }

    @Test
    void readsWhatIsNoMessage() {
        Update.ChatRef group = new Update.ChatRef(-70, Update.ChatKind.GROUP, "Family");
        Update.ChatRef bea = new Update.ChatRef(7, Update.ChatKind.PRIVATE, "");
        Update.Sender sender = new Update.Sender(7, "Bea B", "bea", "pt", false);
        assertThat(read("edited_message", message(PRIVATE, ",'text':'b'")))
                .isEqualTo(new Update.Edited(5, bea, 11, "b", null));
        assertThat(
                        read(
                                "deleted_business_messages",
                                "{'business_connection_id':'c','chat':"
                                        + PRIVATE
                                        + ",'message_ids':[1,'x',2]}"))
                .isEqualTo(new Update.Deleted(5, bea, List.of(1L, 2L), "c"));
        assertThat(
                        read(
                                "callback_query",
                                "{'id':'q','from':"
                                        + USER
                                        + ",'message':"
                                        + message(PRIVATE, "")
                                        + ",'data':'send:1'}"))
                .isEqualTo(new Update.ButtonPressed(5, "q", sender, bea, 11, "send:1"));
        assertThat(
                        read(
                                "business_connection",
                                "{'id':'c','user':"
                                        + USER
                                        + ",'user_chat_id':8,'is_enabled':true,"
                                        + "'rights':{'can_reply':true}}"))
                .isEqualTo(new Update.Business(5, "c", 7, 8, true, true));
        assertThat(
                        read(
                                "my_chat_member",
                                "{'chat':" + GROUP + ",'new_chat_member':{'status':'kicked'}}"))
                .isEqualTo(new Update.Membership(5, group, false));
        assertThat(read("message", message(GROUP, ",'new_chat_members':[" + USER + ",{'id':99}]")))
                .isEqualTo(new Update.Joined(5, group, List.of(sender), true));
        assertThat(read("message", message(GROUP, ",'migrate_to_chat_id':-100")))
                .isEqualTo(new Update.Moved(5, -70, -100));
        assertThat(read("message", message(GROUP, ",'migrate_from_chat_id':-1")))
                .isEqualTo(new Update.Moved(5, -1, -70));
        assertThat(read("stopped_message_generation", "{'chat':" + PRIVATE + "}"))
                .isEqualTo(new Update.Stopped(5, bea));
        assertThat(read("message", message(GROUP, ",'pinned_message':{}")))
                .isEqualTo(new Update.Other(5, "message"));
        assertThat(read("purchased_paid_media", "{}"))
                .isEqualTo(new Update.Other(5, "purchased_paid_media"));
    }

    @Test
    void readsAnythingWithANumber() {
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(SEED);
        List<String> originals =
                List.of(
                        "{'update_id':5,'message':"
                                + message(
                                        GROUP,
                                        ",'text':'/a@ada_bot','entities':[{'type':'bot_command',"
                                                + "'offset':0,'length':10}],'reply_to_message':"
                                                + message(PRIVATE, ",'text':'b'"))
                                + "}",
                        "{'update_id':5,'callback_query':{'id':'q','from':"
                                + USER
                                + ",'message':"
                                + message(PRIVATE, "")
                                + ",'data':'d'}}",
                        "{'update_id':5,'business_connection':{'id':'c','user':"
                                + USER
                                + ",'user_chat_id':8,'is_enabled':true,'rights':{'can_reply':1}}}",
                        "{'update_id':5,'deleted_business_messages':{'business_connection_id':'c',"
                                + "'chat':"
                                + PRIVATE
                                + ",'message_ids':[1,2]}}");
        int other = 0;
        for (int i = 0; i < MUTANTS; i++) {
            ObjectNode mutant = (ObjectNode) json(originals.get(i % originals.size()));
            for (int changes = random.nextInt(1, 5); changes > 0; changes--) {
                mutate(mutant, random);
            }
            Optional<Update> read = reader.read(mutant, NOW);
            JsonNode id = mutant.path("update_id");
            boolean numbered =
                    id.isIntegralNumber() && id.canConvertToLong() && id.longValue() >= 0;
            assertThat(read.isPresent()).as("seed %d mutant %d", SEED, i).isEqualTo(numbered);
            if (read.isPresent()) {
                assertThat(read.get().id()).isEqualTo(id.longValue());
                String stored = Json.json().writerFor(Update.class).writeValueAsString(read.get());
                assertThat(Json.json().readValue(stored, Update.class))
                        .as("seed %d mutant %d", SEED, i)
                        .isEqualTo(read.get());
                other += read.get() instanceof Update.Other ? 1 : 0;
            }
        }
        assertThat(other).as("mutants that were damaged").isGreaterThan(MUTANTS / 20);
    }

    private static void mutate(ObjectNode root, RandomGenerator random) {
        List<JsonNode> containers = new ArrayList<>();
        collect(root, containers);
        JsonNode chosen = containers.get(random.nextInt(containers.size()));
        JsonNode value =
                switch (random.nextInt(10)) {
                    case 0 -> json("null");
                    case 1 -> json("''");
                    case 2 -> json("[[],{}]");
                    case 3 -> json("{'id':{}}");
                    case 4 -> json("-1");
                    case 5 -> json("1e300");
                    case 6 -> json("99999999999999999999999");
                    case 7 -> json("'\\ud800'");
                    case 8 -> json("true");
                    default -> json("9223372036854775807");
                };
        if (chosen instanceof ObjectNode object && !object.isEmpty()) {
            List<String> names = List.copyOf(object.propertyNames());
            String name = names.get(random.nextInt(names.size()));
            if (random.nextInt(4) == 0) {
                object.remove(name);
            } else {
                object.set(name, value);
            }
        } else if (chosen instanceof ArrayNode array && !array.isEmpty()) {
            array.set(random.nextInt(array.size()), value);
        }
    }

    private static void collect(JsonNode node, List<JsonNode> containers) {
        if (node.isContainer()) {
            containers.add(node);
            node.forEach(child -> collect(child, containers));
        }
    }
}
