package understudy.bot;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/// Few lines, and the last of them true.
class NoticesTest {
    private final FastPace pace = new FastPace(1);
    private final Telling telling = new Telling();
    private final Notices notices = new Notices(telling, pace);
    private final ChatTransport.Account account = new ChatTransport.Account(1, "ada");

    @Test
    void aConnectionThatComesAndGoesIsThirtyLinesInTenMinutes() {
        notices.connected(account);
        for (int i = 0; i < 600; i++) {
            notices.reconnecting("no answer", Duration.ZERO);
            notices.connected(account);
            pace.skip(Duration.ofMillis(999));
        }
        assertThat(telling.lines).hasSizeBetween(20, 31); // the first is no outage
        assertThat(telling.lines.getLast()).isEqualTo("connected as @ada");
        pace.skip(Duration.ofMinutes(5));
        notices.warn("something");
        assertThat(telling.lines.getLast())
                .matches("warned: something \\(and \\d+ lines more.*\\)");
    }
}
