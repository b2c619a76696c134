package understudy.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import understudy.base.UserError;

class HubSettingsTest {
    private static HubSettings of(String... pairs) {
        Map<String, String> all = new HashMap<>(Map.of("HOME", "/home/ann"));
        for (int i = 0; i < pairs.length; i += 2) {
            all.put(pairs[i], pairs[i + 1]);
        }
        return HubSettings.fromEnvironment(all);
    }

    @Test
    void withoutVariables() {
        HubSettings settings = of();
        assertThat(settings.endpoint()).hasToString("https://huggingface.co");
        assertThat(settings.cache()).isEqualTo(Path.of("/home/ann/.cache/huggingface/hub"));
        assertThat(settings.token()).isNull();
        assertThat(settings.offline()).isFalse();
        assertThat(settings.pythons()).startsWith("python3");
    }

    @Test
    void theCacheIsWhereOtherProgramsLook() {
        assertThat(of("XDG_CACHE_HOME", "/c").cache()).isEqualTo(Path.of("/c/huggingface/hub"));
        assertThat(of("XDG_CACHE_HOME", "/c", "HF_HOME", "~/hf").cache())
                .isEqualTo(Path.of("/home/ann/hf/hub"));
        assertThat(of("HF_HOME", "/hf", "HF_HUB_CACHE", "/elsewhere").cache())
                .isEqualTo(Path.of("/elsewhere"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "true", "YES", "on"})
    void offline(String yes) {
        assertThat(of("HF_HUB_OFFLINE", yes).offline()).isTrue();
        assertThat(of("TRANSFORMERS_OFFLINE", yes).offline()).isTrue();
        assertThat(of("HF_HUB_OFFLINE", "0").offline()).isFalse();
    }

    @Test
    void aMirror() {
        assertThat(of("HF_ENDPOINT", "https://mirror.example/hf/").endpoint())
                .hasToString("https://mirror.example/hf");
        assertThat(of("HF_ENDPOINT", "http://localhost:8080").endpoint().getPort()).isEqualTo(8080);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://mirror.example",
                "mirror.example",
                "ftp://x",
                "https://u:p@x",
                "https://x?a",
                "https://",
                "not an address",
                "http://localhost.evil.org"
            })
    void otherEndpointsAreRefused(String endpoint) {
        assertThatThrownBy(() -> of("HF_ENDPOINT", endpoint))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("HF_ENDPOINT");
    }

    @Test
    void aTokenCannotSmuggleAHeader() {
        assertThat(of("HF_TOKEN", " hf_abc\n").token()).isEqualTo("hf_abc");
        assertThatThrownBy(() -> of("HF_TOKEN", "hf_a\nX-Evil: 1"))
                .isInstanceOf(UserError.class)
                .message()
                .doesNotContain("Evil");
    }
}
