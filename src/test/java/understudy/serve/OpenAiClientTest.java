package understudy.serve;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// OpenAI's own Python client; what it asks is in `python/openai_client.py`. The property
/// `understudy.python` names a Python that has it.
@Tag("python")
class OpenAiClientTest {
    @Test
    void worksUnchanged() throws Exception {
        String key = "a-key-for-this-test-only";
        try (TestServer server = TestServer.guarded(key)) {
            Process python =
                    new ProcessBuilder(
                                    System.getProperty("understudy.python"),
                                    Path.of("src/test/resources/python/openai_client.py")
                                            .toString(),
                                    server.server.url(),
                                    key)
                            .redirectErrorStream(true)
                            .start();
            String said =
                    new String(python.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(python.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(said).isEqualTo("ok\n");
            assertThat(python.exitValue()).isZero();
            assertThat(server.faults).isEmpty();
        }
    }
}
