package understudy.reply;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import understudy.base.UserError;

class UpstreamConfigTest {
    @ParameterizedTest
    @CsvSource({
        "http://localhost:8000, http://localhost:8000/v1",
        "http://localhost:8000/, http://localhost:8000/v1",
        "http://localhost:8000/v1, http://localhost:8000/v1",
        "http://localhost:8000/v1//, http://localhost:8000/v1",
        "HTTP://LocalHost:8000/v1/chat/completions, http://localhost:8000/v1",
        "http://localhost/v1/completions, http://localhost/v1",
        "https://api.example.com/proxy, https://api.example.com/proxy/v1",
        "https://api.example.com/a/../v1, https://api.example.com/v1",
        "https://api.example.com/v1beta/openai/, https://api.example.com/v1beta/openai",
        "http://[::1]:11434, http://[::1]:11434/v1",
    })
    void addressesBecomeOne(String given, String base) {
        assertThat(UpstreamConfig.of(given).base()).hasToString(base);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "localhost:8000",
                "ftp://host/v1",
                "file:///etc/passwd",
                "javascript:secret",
                "http://",
                "http:///v1",
                "http://user:secret@host/v1",
                "http://secret@host",
                "http://host/v1?key=secret",
                "http://host/v1#secret",
                "http://host:99999/v1",
                "http://host:0/v1",
                "http://ho st/secret",
                "http://secret_name\\host",
                "unix:/var/run/secret",
            })
    void othersAreRefusedAndNotRepeated(String given) {
        assertThatThrownBy(() -> UpstreamConfig.of(given))
                .isInstanceOf(UserError.class)
                .hasMessageNotContaining("secret")
                .satisfies(e -> assertThat(e.getCause()).isNull());
    }

    @ParameterizedTest
    @CsvSource({
        "http://localhost:8000, false",
        "http://127.0.0.1, false",
        "http://127.8.9.1, false",
        "http://[::1]:8000, false",
        "http://localhost.example.com, true",
        "http://127.0.0.1.nip.io, true",
        "http://0.0.0.0:8000, true",
        "http://192.168.1.7:8000, true",
        "http://[::2], true",
        "https://example.com, true",
    })
    void toldWhetherItLeavesThisMachine(String url, boolean leaves) {
        assertThat(UpstreamConfig.of(url).leavesThisMachine()).isEqualTo(leaves);
    }

    @Test
    void theKeyIsNotPrinted() {
        UpstreamConfig config = UpstreamConfig.of("http://localhost").withKey("sk-made-up");
        assertThat(config.toString()).doesNotContain("sk-made-up").contains("with a key");
    }

    @Test
    void theKeyIsTakenFromItsOwnPlacesOnly(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("key");
        Files.writeString(file, "from-file\nmore\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        Map<String, String> none = Map.of("OPENAI_API_KEY", "somebody-elses");
        assertThat(UpstreamKey.find(none, null)).isNull();
        assertThat(UpstreamKey.find(none, file)).isEqualTo("from-file");
        assertThat(UpstreamKey.find(Map.of(UpstreamConfig.KEY_VARIABLE, " mine "), file))
                .isEqualTo("mine");
    }

    @ParameterizedTest
    @ValueSource(strings = {"rw-r-----", "rw----r--", "rw--w----", "rwxrwxrwx"})
    void aKeyThatOthersMayReadIsRefused(String mode, @TempDir Path folder) throws IOException {
        Path file = folder.resolve("key");
        Files.writeString(file, "secret");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
        assertThatThrownBy(() -> UpstreamKey.find(Map.of(), file))
                .isInstanceOfSatisfying(
                        UserError.class, e -> assertThat(e.fix()).startsWith("chmod 600"))
                .hasMessageNotContaining("secret");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "two words", "tab\there", "ключ"})
    void aKeyThatCannotBeOneIsRefused(String key, @TempDir Path folder) throws IOException {
        Path file = folder.resolve("key");
        Files.writeString(file, key);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        assertThatThrownBy(() -> UpstreamKey.find(Map.of(), file)).isInstanceOf(UserError.class);
    }
}
