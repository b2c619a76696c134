package understudy.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import understudy.SyntheticChats;
import understudy.base.ExitCode;

/// What a careless or hostile person types: every command refuses it in the same three lines, says
/// nothing of what was written in the chats, and loses nothing. Damaged files: see
/// `DamagedFilesTest`.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BadInputTest {
    /// Drives a terminal that shows it.
    private static final String ESCAPE = "\u001b[31m";

    private Path folder = Path.of("");
    private TrainedHome home = new TrainedHome(folder);

    @BeforeAll
    void makeAHome(@TempDir Path empty) throws IOException {
        folder = empty;
        home = TrainedHome.make(empty);
        Files.createFile(empty.resolve("empty.txt"));
        Files.createDirectory(empty.resolve("nothing-in-it"));
        Files.writeString(empty.resolve("notes.txt"), "remember the " + canary() + "\n");
        Files.write(empty.resolve("binary.txt"), bytes(5_000));
        byte[] png = bytes(2_000);
        byte[] head = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
        System.arraycopy(head, 0, png, 0, head.length);
        Files.write(empty.resolve("photo.txt"), png);
        byte[] zip = bytes(2_000);
        System.arraycopy(new byte[] {'P', 'K', 3, 4}, 0, zip, 0, 4);
        Files.write(empty.resolve("damaged.zip"), zip);
        try (ZipOutputStream bomb =
                new ZipOutputStream(Files.newOutputStream(empty.resolve("bomb.zip")))) {
            bomb.putNextEntry(new ZipEntry("_chat.txt"));
            byte[] zeros = new byte[1 << 20];
            for (int i = 0; i < 150; i++) {
                bomb.write(zeros);
            }
        }
        try (ZipOutputStream other =
                new ZipOutputStream(Files.newOutputStream(empty.resolve("other.zip")))) {
            other.putNextEntry(new ZipEntry("../../" + ESCAPE + "evil.sh"));
            other.write(bytes(100));
        }
        Files.writeString(empty.resolve("broken.yaml"), "train: [unclosed\n  a: {b\n");
        Files.writeString(empty.resolve("unknown.yaml"), "train:\n  lerning_rate: 1\n");
        Files.writeString(empty.resolve("deep.yaml"), "[".repeat(5_000));
        Files.createDirectory(empty.resolve("pickled"));
        Files.writeString(empty.resolve("pickled/config.json"), "{}");
        Files.write(empty.resolve("pickled/pytorch_model.bin"), bytes(100));
    }

    private static String canary() {
        return SyntheticChats.CANARIES.getFirst();
    }

    private static byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        new SplittableRandom(7).nextBytes(bytes);
        return bytes;
    }

    /// One line each: the words of a call; `@` stands for the folder of these files.
    private static final String CALLS =
            """
            import
            import @/missing.txt
            import @/missing/deeper.txt
            import @/empty.txt
            import @/empty.txt/below.txt
            import @/nothing-in-it
            import @/notes.txt
            import @/binary.txt
            import @/photo.txt
            import @/damaged.zip
            import @/bomb.zip
            import @/other.zip
            import @/notes.txt @/missing.txt
            import --date-order sometimes @/notes.txt
            import @/ESC.txt
            import @/a\\nerror:x
            import @/nul\\0.txt
            import --me Nobody @/WhatsApp_Chat_with_Kim.txt
            people --me Nobody
            people --me ESC
            people --merge Kim
            people --merge Kim Nobody
            people --merge Kim Kim
            people --role Kim
            people --role =x
            people --role Nobody=wife
            people --frobnicate
            prepare --base no-such-model
            prepare --base ESC
            prepare --base @/missing
            prepare --base @/nothing-in-it
            prepare --base @/notes.txt
            prepare --base @/pickled
            prepare --base @/pickled/pytorch_model.bin
            prepare --base ../../etc
            prepare --base smollm2-135m
            prepare --base org/name@../../x
            prepare --recipe sead
            prepare --recipe ESC
            prepare --config @/missing.yaml
            prepare --config @/broken.yaml
            prepare --config @/deep.yaml
            prepare --config @/unknown.yaml
            prepare --config @/binary.txt
            prepare --config @
            prepare --set nonsense
            prepare --set =1
            prepare --set ESC=1
            prepare --set max_length=-1
            prepare --set max_length=9e99
            prepare --set heldout_share=NaN
            prepare --set heldout_share=0.95
            prepare --name ../evil
            prepare --name a/b
            prepare --name ESC
            prepare --name .
            plan --base no-such-model
            plan --base @/missing
            plan --base @/pickled
            plan --set rank=0
            plan --set rank=ten
            plan --recipe nope
            train --max-tokens -1
            train --max-tokens 0
            train --max-tokens 9e99
            train --max-tokens 99999999999999999999
            train --epochs 0
            train --epochs -3
            train --epochs 1e3
            train --epochs 2000000
            train --checkpoint-every never
            train --checkpoint-every -5
            train --checkpoint-every 10h
            train --set train.nonsense=1
            train --set learning_rate=NaN
            train --set learning_rate=-1
            train --set targets=x_proj
            train --set quantization=nf5
            train --resume no-such-run
            train --resume ../../etc
            train --resume ESC
            train --resume latest --quantization nf4
            train --resume latest --set train.quantization=int8
            train --resume latest --set optimizer_bits=8
            train --name ../x
            train --name other
            train --base smollm2-135m
            train --base no-such-model
            train --device tpu
            train --recipe nope
            train --config @/unknown.yaml
            train today
            evaluate no-such-run
            evaluate ../..
            evaluate --rows @
            evaluate --rows @/notes.txt/rows.jsonl
            evaluate --device tpu
            evaluate --replies 0
            evaluate --replies many
            evaluate --blind
            chat
            chat --prompt=
            chat --prompt hi --temperature -1
            chat --prompt hi --temperature NaN
            chat --prompt hi --temperature hot
            chat --prompt hi --max-tokens 0
            chat --prompt hi --max-tokens -1
            chat --prompt hi --max-tokens 9e99
            chat --prompt hi --top-p 0
            chat --prompt hi --top-p 2
            chat --prompt hi --top-k -1
            chat --prompt hi --min-p NaN
            chat --prompt hi --repetition-penalty 0
            chat --prompt hi --seed x
            chat --prompt hi --to Nobody
            chat --prompt hi --to ESC
            chat --prompt hi --device tpu
            chat --prompt hi no-such-run
            chat --prompt hi ..
            runs show no-such-run
            runs show ../../datasets
            runs show ESC
            runs shwo
            model get
            model show
            model shwo
            model show no-such-model
            model show @/missing
            model show @/pickled
            model get @/missing
            model get ESC
            model get @/pickled
            bench
            bench fly
            bench decode --steps 0
            bench decode --steps -1
            bench decode --length -1
            bench decode --length 1000000000
            bench decode --length 90000
            bench decode --conversations 0
            bench batch --texts 0
            bench decode --dtype f8
            bench decode --quantization nf5
            bench decode --shape no-such-model
            bench decode --shape @/pickled
            runs --home
            runs --home @/notes.txt
            runs --home @/notes.txt/below
            people --home @/notes.txt
            prepare --home @/notes.txt/below
            import @/notes.txt --home @/empty.txt/below
            frobnicate
            """;

    @TestFactory
    Stream<DynamicTest> refusesInThreeLinesAndLosesNothing() {
        return CALLS.lines().map(call -> dynamicTest(call, () -> refuse(call)));
    }

    private void refuse(String call) throws IOException {
        List<String> words = new ArrayList<>();
        for (String word : call.split(" ")) {
            words.add(
                    word.replace("WhatsApp_Chat_with_", "WhatsApp Chat with ")
                            .replace("@", folder.toString())
                            .replace("ESC", "x" + ESCAPE + "y")
                            .replace("\\n", "\n")
                            .replace("\\0", "\0"));
        }
        if (call.startsWith("bench decode") && !call.contains("--shape")) {
            words.addAll(List.of("--shape", SyntheticChats.tinyModel().toString()));
        }
        if (call.startsWith("prepare --") && !call.contains("--base")) {
            words.addAll(List.of("--base", SyntheticChats.tinyModel().toString()));
        }
        TrainedHome.State before = home.state();
        Called called = call.contains("--home") ? Called.program(words) : home.call(words);
        Refusal.check(called);
        assertThat(home.state()).isEqualTo(before);
    }

    /// `doctor` is for homes that do not work: it goes on and says what is wrong with this one.
    @Test
    void doctorFindsAHomeThatIsAFile() {
        String file = folder.resolve("notes.txt").toString();
        Called called = Called.program(List.of("doctor", "--home", file));
        assertThat(called.exit()).isEqualTo(ExitCode.CHECK_FAILED);
        assertThat(called.out()).contains("FAIL  home").contains("fix: choose another place");
        assertThat(called.err()).isEmpty();
    }

    /// One bad file among good ones costs that file only.
    @Test
    void messagesTellsOfEachFileOnALineOfItsOwn() {
        List<String> words = new ArrayList<>(List.of("messages"));
        for (String name :
                List.of("missing.txt", "empty.txt", "notes.txt", "binary.txt", "photo.txt")) {
            words.add(folder.resolve(name).toString());
        }
        words.addAll(List.of(folder.resolve("bomb.zip").toString(), folder.toString()));
        Called called = home.call(words);
        assertThat(called.exit()).isEqualTo(ExitCode.CHECK_FAILED);
        assertThat(called.out().lines())
                .hasSize(7)
                .allMatch(line -> line.startsWith("{\"file\":") && line.contains("\"fix\":"));
        assertThat(called.out()).doesNotContain(SyntheticChats.CANARIES);
        assertThat(called.err()).isEmpty();
    }
}
