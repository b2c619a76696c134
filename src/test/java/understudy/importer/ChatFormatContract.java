package understudy.importer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import understudy.chat.Chat;
import understudy.chat.Message;

/// What every format must do; a format adds a subclass and pairs of files, no test code.
public abstract class ChatFormatContract {

    /// The name of the format under test.
    protected abstract String platform();

    /// Pairs `X` and `X.expected`.
    protected abstract Path fixtures();

    @TestFactory
    Stream<DynamicTest> readsEveryFixtureInEveryLocale() throws IOException {
        List<Path> exports;
        try (Stream<Path> files = Files.list(fixtures())) {
            exports = files.filter(f -> Files.exists(Path.of(f + ".expected"))).sorted().toList();
        }
        assertThat(exports).as("fixtures in %s", fixtures()).isNotEmpty();
        return Stream.of("en", "tr", "ar")
                .flatMap(tag ->
                        exports.stream()
                                .map(export ->
                                        dynamicTest(
                                                export.getFileName() + " under " + tag,
                                                () -> readsAs(export, tag))));
    }

    private void readsAs(Path export, String tag) throws IOException {
        Locale before = Locale.getDefault();
        Locale.setDefault(Locale.forLanguageTag(tag));
        try {
            ImportResult result = Importers.read(export, ImportOptions.careful());
            assertThat(result.platform()).isEqualTo(platform());
            assertThat(shown(result)).isEqualTo(Files.readAllLines(Path.of(export + ".expected")));
            ImportReport report = result.report();
            assertThat(report.messages()).isEqualTo(shown(result).size());
            assertThat(report.linesRead()).isEqualTo(report.linesKept());
            assertThat(Importers.read(export, ImportOptions.careful())).isEqualTo(result);
        } finally {
            Locale.setDefault(before);
        }
    }

    static List<String> shown(ImportResult result) {
        List<String> lines = new ArrayList<>();
        for (Chat chat : result.chats()) {
            for (Message m : chat.messages()) {
                lines.add(
                        "%s | %s | %s | %s"
                                .formatted(
                                        m.sentAt(),
                                        m.kind(),
                                        m.author() == null ? "-" : m.author(),
                                        m.text().replace("\n", "\\n")));
            }
        }
        return lines;
    }
}
