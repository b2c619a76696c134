package understudy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import understudy.SyntheticChats;
import understudy.base.ExitCode;
import understudy.base.Json;
import understudy.base.Workspace;
import understudy.run.RunFolder;
import understudy.store.ChatStore;
import understudy.store.PersonStats;

/// A home with two chats, a dataset and a finished run of the tiny model.
///
/// @param folder where the exports are, and the home as `home`
record TrainedHome(Path folder) {
    static TrainedHome make(Path folder) throws IOException {
        return make(folder, SyntheticChats.tinyModel());
    }

    static TrainedHome make(Path folder, Path base) throws IOException {
        TrainedHome made = new TrainedHome(folder);
        List<String> words = new ArrayList<>(List.of("import", "--me", SyntheticChats.ME));
        for (Path file : SyntheticChats.write(folder, 120, "Kim", "Noor")) {
            words.add(file.toString());
        }
        made.succeed(words);
        made.succeed(List.of("prepare", "--base", base.toString()));
        made.succeed(
                List.of("train", "--max-tokens=1000", "--set=rank=2", "--set=compute_type=f32"));
        return made;
    }

    Path home() {
        return folder.resolve("home");
    }

    /// Calls the program with this home.
    Called call(List<String> words) {
        List<String> all = new ArrayList<>(words);
        all.addAll(1, List.of("--home", home().toString()));
        return Called.program(all);
    }

    void succeed(List<String> words) {
        Called called = call(words);
        assertThat(called.exit()).as("%s: %s", words, called.err()).isEqualTo(ExitCode.OK);
    }

    /// What the call of a command with `--json` prints.
    JsonNode json(String... words) {
        Called called = call(List.of(words));
        assertThat(called.exit()).as("%s: %s", List.of(words), called.err()).isEqualTo(ExitCode.OK);
        return Json.json().readTree(called.out());
    }

    RunFolder run() throws IOException {
        return RunFolder.open(new Workspace(home()), RunFolder.LATEST);
    }

    /// What a refused command must leave as it is: who wrote how much, and every file and folder
    /// but the store's own, logs and locks.
    record State(List<PersonStats> people, Map<String, Integer> files) {}

    State state() throws IOException {
        List<PersonStats> people;
        try (ChatStore store = ChatStore.open(home().resolve("chats.db"))) {
            people = store.stats();
        }
        Map<String, Integer> files = new TreeMap<>();
        for (String part : List.of("datasets", "runs")) {
            try (Stream<Path> all = Files.walk(home().resolve(part))) {
                for (Path path : all.filter(p -> !p.endsWith("lock")).toList()) {
                    byte[] bytes = Files.isDirectory(path) ? new byte[0] : Files.readAllBytes(path);
                    files.put(home().relativize(path).toString(), Arrays.hashCode(bytes));
                }
            }
        }
        return new State(people, files);
    }
}
