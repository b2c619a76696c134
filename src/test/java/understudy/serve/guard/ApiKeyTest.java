package understudy.serve.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import understudy.base.ExitCode;
import understudy.base.UserError;

class ApiKeyTest {
    @TempDir Path home;

    @Test
    void aMadeKeyOpensAfterARestartAndIsNowhereInTheFile() throws IOException {
        Path file = home.resolve("serve.key");
        assertThat(ApiKey.read(file)).isNull();
        ApiKey.Made made = ApiKey.make(file);
        assertThat(made.secret()).matches("us-[A-Za-z0-9_-]{43}");
        assertThat(made.toString() + made.key()).doesNotContain(made.secret());
        String kept = Files.readString(file);
        assertThat(kept).doesNotContain(made.secret().substring(3, 20));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");

        ApiKey key = ApiKey.read(file);
        assertThat(key).isNotNull();
        assertThat(key.opens("Bearer " + made.secret())).isTrue();
        assertThat(key.opens("bearer  " + made.secret() + " ")).isTrue();
        for (String wrong :
                Set.of(
                        "",
                        "Bearer",
                        "Bearer ",
                        made.secret(),
                        "Basic " + made.secret(),
                        "Bearer " + made.secret().toLowerCase(java.util.Locale.ROOT),
                        "Bearer " + made.secret().substring(1),
                        "Bearer " + made.secret() + "x",
                        "Bearer " + kept.strip().split(" ")[2])) {
            assertThat(key.opens(wrong)).as(wrong).isFalse();
        }
    }

    @Test
    void anotherKeyEndsTheFormer() throws IOException {
        Path file = home.resolve("serve.key");
        ApiKey.Made first = ApiKey.make(file);
        ApiKey.Made second = ApiKey.make(file);
        ApiKey key = ApiKey.read(file);
        assertThat(key).isNotNull();
        assertThat(key.opens("Bearer " + first.secret())).isFalse();
        assertThat(key.opens("Bearer " + second.secret())).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "x",
                "sha256",
                "sha256 00",
                "sha256 00 zz",
                "sha256 00 00",
                "md5 00 0000000000000000000000000000000000000000000000000000000000000000"
            })
    void aDamagedFileIsNoOpenDoor(String content) throws IOException {
        Path file = home.resolve("serve.key");
        Files.writeString(file, content);
        assertThatThrownBy(() -> ApiKey.read(file))
                .isInstanceOfSatisfying(
                        UserError.class, e -> assertThat(e.fix()).contains("--new-key"));
    }

    @Test
    void theEnvironmentMayGiveAKeyThatIsNotEasilyGuessed() {
        assertThat(ApiKey.given("0123456789abcdef").opens("Bearer 0123456789abcdef")).isTrue();
        for (String weak :
                Set.of("", "zqzqzq", "               x", "0123456789 abcdef", "ä".repeat(20))) {
            assertThatThrownBy(() -> ApiKey.given(weak))
                    .isInstanceOf(UserError.class)
                    .hasMessageContaining(ApiKey.VARIABLE)
                    .satisfies(e ->
                            assertThat(weak.isBlank() || !e.toString().contains(weak)).isTrue());
        }
    }

    @Test
    void otherMachinesNeedAKey() {
        assertThat(new Rules("127.0.0.1", Set.of(), null, null, Limits.STANDARD).key()).isNull();
        assertThat(new Rules("localhost", Set.of(), null, null, Limits.STANDARD).key()).isNull();
        assertThat(new Rules("::1", Set.of(), null, null, Limits.STANDARD).key()).isNull();
        for (String host : Set.of("0.0.0.0", "::", "192.0.2.1")) {
            assertThatThrownBy(() -> new Rules(host, Set.of(), null, null, Limits.STANDARD))
                    .isInstanceOfSatisfying(
                            UserError.class,
                            e -> {
                                assertThat(e.exitCode()).isEqualTo(ExitCode.USER);
                                assertThat(e.fix())
                                        .isEqualTo(
                                                "understudy serve --host " + host + " --new-key");
                            });
        }
    }
}
