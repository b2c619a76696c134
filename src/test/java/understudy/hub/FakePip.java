package understudy.hub;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// A program that answers like `python -m pip download ... -d FOLDER ...`; needs a POSIX shell.
final class FakePip {
    private FakePip() {}

    /// @param script of the shell
    static HubSettings of(HubSettings plain, Path folder, String script) throws IOException {
        Path python = folder.resolve("fake-python");
        Files.writeString(python, "#!/bin/sh\n" + script + "\n");
        assertThat(python.toFile().setExecutable(true, true)).isTrue();
        return withPython(plain, "no-such-python", python.toString());
    }

    /// @param python programs to try, in this order
    static HubSettings withPython(HubSettings plain, String... python) {
        return new HubSettings(
                plain.endpoint(),
                plain.cache(),
                null,
                false,
                plain.connect(),
                plain.stall(),
                plain.attempts(),
                plain.backoff(),
                List.of(python));
    }
}
