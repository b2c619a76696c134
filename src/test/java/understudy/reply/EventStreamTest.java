package understudy.reply;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import understudy.reply.EventStream.Event;

class EventStreamTest {
    private static List<Event> all(String text) throws IOException {
        EventStream stream = new EventStream(1000);
        List<Event> events = new ArrayList<>(stream.add(text.getBytes(StandardCharsets.UTF_8)));
        events.addAll(stream.end());
        return events;
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "data: a~~ | a",
                "data:a~~ | a",
                "data:  a~~ | \" a\"",
                "data: a^~^~ | a",
                "data: a^^ | a",
                "data: a~data: b~~ | a;b",
                ": ping~~data: a~~ | a",
                ": ping~data: a~: ping~~ | a",
                "id: 7~retry: 3~data: a~~ | a",
                "data~~ | \"\"",
                "data: a~~data: b~~ | a,b",
                "data: a~~data: b | a,b",
                "data: a~~~~data: b~~ | a,b",
                "other: x~~data: a~~ | a",
            })
    void formsOfTheStandard(String written, String expected) throws IOException {
        String text = written.replace('~', '\n').replace('^', '\r');
        List<Event> events = all(text);
        assertThat(events.stream().map(e -> e.data().replace('\n', ';')))
                .containsExactly(expected.split(",", -1));
        assertThat(all("\uFEFF" + text)).isEqualTo(events);
    }

    @Test
    void errorsAreTold() throws IOException {
        assertThat(all("event: error\ndata: {}\n\ndata: b\n\n"))
                .containsExactly(new Event("error", "{}"), new Event("message", "b"));
        assertThat(all("error: {}\n\n")).containsExactly(new Event("error", "{}"));
    }

    /// Wherever the bytes are cut, also within a character and within a line's end.
    @Test
    void partsMakeNoDifference() throws IOException {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        String[] pieces = {
            "data: ", "data:", "\r\n", "\n", "\r", "ü☕👩‍👧", ":", "x", "event: error", "\n\n", " "
        };
        for (int round = 0; round < 2000; round++) {
            StringBuilder text = new StringBuilder();
            for (int i = random.nextInt(20); i > 0; i--) {
                text.append(pieces[random.nextInt(pieces.length)]);
            }
            byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
            EventStream stream = new EventStream(1000);
            List<Event> events = new ArrayList<>();
            int at = 0;
            while (at < bytes.length) {
                int end = Math.min(bytes.length, at + 1 + random.nextInt(4));
                events.addAll(stream.add(Arrays.copyOfRange(bytes, at, end)));
                at = end;
            }
            events.addAll(stream.end());
            assertThat(events).as("seed %d round %d", seed, round).isEqualTo(all(text.toString()));
        }
    }

    @Test
    void anEventIsBounded() {
        EventStream stream = new EventStream(10);
        assertThatThrownBy(() -> stream.add("data: 0123456789".getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(IOException.class)
                .hasMessageNotContaining("0123");
        EventStream lines = new EventStream(10);
        assertThatThrownBy(
                        () -> {
                            for (int i = 0; i < 5; i++) {
                                lines.add("data: a\n".getBytes(StandardCharsets.UTF_8));
                            }
                        })
                .isInstanceOf(IOException.class);
    }
}
