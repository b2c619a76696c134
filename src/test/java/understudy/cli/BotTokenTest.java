package understudy.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import understudy.base.UserError;

/// Where the bot's token may come from.
class BotTokenTest {
    private static final String TOKEN = "123456:abcDEF-ghi_JKL";

    @TempDir Path folder;

    private Path file(String mode) throws Exception {
        Path file = Files.writeString(folder.resolve("token" + mode), TOKEN + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
        return file;
    }

    @Test
    void theEnvironmentAndPrivateFilesAreTaken() throws Exception {
        Path nothing = folder.resolve("nothing");
        assertThat(BotToken.find(TOKEN, null, nothing)).isEqualTo(TOKEN);
        assertThat(BotToken.find(null, null, file("rw-------"))).isEqualTo(TOKEN);
        assertThat(BotToken.find("other", file("r--------"), nothing)).isEqualTo(TOKEN);
    }

    @Test
    void filesThatOthersReadAreRefusedWithTheCommandThatHelps() throws Exception {
        for (String mode : new String[] {"rw-r--r--", "rw-rw----", "rw----r--"}) {
            Path file = file(mode);
            assertThatThrownBy(() -> BotToken.find(null, file, file))
                    .isInstanceOfSatisfying(
                            UserError.class,
                            e -> {
                                assertThat(e.fix()).isEqualTo("chmod 600 " + file);
                                assertThat(e.getMessage()).doesNotContain("abcDEF");
                            });
        }
    }

    @Test
    void whatIsNoTokenIsNotRepeated() {
        Path nothing = folder.resolve("nothing");
        assertThatThrownBy(() -> BotToken.find(null, null, nothing))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("there is no token");
        assertThatThrownBy(() -> BotToken.find("12 34:secret", null, nothing))
                .isInstanceOf(UserError.class)
                .hasMessageNotContaining("secret");
    }
}
