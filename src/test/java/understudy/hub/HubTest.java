package understudy.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import understudy.base.ExitCode;
import understudy.base.UserError;
import understudy.base.Workspace;

class HubTest {
    private static final Path GGUF = Path.of("src/test/resources/golden/weights/types.gguf");

    @TempDir Path folder;
    private FakeHub server;
    private HubSettings settings;
    private Workspace workspace;
    private final Said progress = new Said();

    @BeforeEach
    void start() throws Exception {
        server = new FakeHub();
        settings = server.settings(folder.resolve("cache"));
        workspace = new Workspace(folder.resolve("home"));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void theCataloguesNumbersFitTheirShapes() {
        Catalogue catalogue = Catalogue.standard();
        assertThat(catalogue.models()).hasSizeGreaterThanOrEqualTo(8);
        for (CatalogueModel model : catalogue.models()) {
            assertThat(model.shape().parameters()).as(model.name()).isEqualTo(model.parameters());
            assertThat(model.sources()).isNotEmpty();
            assertThat(HubId.parse(model.published())).isPresent();
        }
        assertThat(catalogue.find("SmolLM2-135M").orElseThrow().sources()).hasSize(2);
    }

    @Test
    void anUnknownNameBringsTheNearest() {
        Hub hub = new Hub(workspace, settings);
        assertThatThrownBy(() -> hub.resolve("smolm2-135"))
                .isInstanceOfSatisfying(
                        UserError.class,
                        e -> assertThat(e.fix()).contains("did you mean smollm2-135m"));
        assertThatThrownBy(() -> hub.resolve("mistral"))
                .isInstanceOfSatisfying(
                        UserError.class, e -> assertThat(e.fix()).contains("model list"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a/../b",
                "../x/y",
                "org/na..me",
                "/etc/passwd",
                "org/name/more",
                "a--b/c",
                "",
                "org\\name",
                "./none",
                "none.gguf",
                "o/n@../main",
                "a/b\u0000"
            })
    void namesCannotReachOut(String name) {
        assertThatThrownBy(() -> new Hub(workspace, settings).resolve(name))
                .isInstanceOf(UserError.class);
        assertThat(server.seen).isEmpty();
    }

    @Test
    void aKnownNameThatIsNotHereSaysHowToGetIt() {
        assertThatThrownBy(() -> new Hub(workspace, settings).resolve("smollm2-135m"))
                .isInstanceOfSatisfying(
                        UserError.class,
                        e -> assertThat(e.fix()).isEqualTo("understudy model get smollm2-135m"));
    }

    @Test
    void ownFilesAreTakenWhereTheyAre() throws Exception {
        Hub hub = new Hub(workspace, settings);
        LocalModel gguf = hub.resolve(GGUF.toString());
        assertThat(gguf.path()).isEqualTo(GGUF.toAbsolutePath());
        assertThat(gguf.isGguf()).isTrue();
        assertThat(hub.resolve(gguf.id())).isEqualTo(gguf);
        assertThat(gguf.published()).isNull();

        Path own = Files.createDirectory(folder.resolve("own"));
        assertThatThrownBy(() -> hub.resolve(own.toString())).hasMessageContaining("no model");
        Files.write(own.resolve("pytorch_model.bin"), new byte[3]);
        assertThatThrownBy(() -> hub.resolve(own.toString())).hasMessageContaining("pickled");
        Files.write(own.resolve("config.json"), server.files.get("config.json"));
        Files.write(own.resolve("model.safetensors"), server.files.get("model.safetensors"));
        assertThat(hub.resolve(own.toString()).path()).isEqualTo(own);
        Path pickle = Files.write(folder.resolve("model.pt"), new byte[3]);
        assertThatThrownBy(() -> hub.resolve(pickle.toString())).hasMessageContaining("pickled");
    }

    /// A wheel with a .gguf in it.
    private Path wheel() throws Exception {
        Path wheel = folder.resolve("box-1.0-py3-none-any.whl");
        try (OutputStream out = Files.newOutputStream(wheel);
                ZipOutputStream zip = new ZipOutputStream(out)) {
            zip.putNextEntry(new ZipEntry("box/tiny.gguf"));
            Files.copy(GGUF, zip);
            zip.closeEntry();
        }
        return wheel;
    }

    private HubSettings fakePip(String script) throws Exception {
        return FakePip.of(settings, folder, script);
    }

    private HubSettings copyingPip(Path wheel) throws Exception {
        return fakePip(
                "while [ $# -gt 1 ]; do [ \"$1\" = -d ] && cp '" + wheel + "' \"$2\"; shift; done");
    }

    private PipPackage box(Path wheel, String member) throws Exception {
        String hash = member == null ? null : Digests.sha256(GGUF);
        return new PipPackage("box", "1.0", Digests.sha256(wheel), 1, member, hash);
    }

    @Test
    void theSecondSourceIsTriedAloud() throws Exception {
        Path wheel = wheel();
        PipPackage box = box(wheel, "box/tiny.gguf");
        CatalogueModel known = Catalogue.standard().models().getFirst();
        Catalogue catalogue =
                new Catalogue(
                        List.of(
                                new CatalogueModel(
                                        "tiny",
                                        known.title(),
                                        known.family(),
                                        known.parameters(),
                                        known.license(),
                                        false,
                                        known.languages(),
                                        known.context(),
                                        known.shape(),
                                        null,
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
                                                        box.sha256(),
                                                        1L,
                                                        box.member(),
                                                        box.memberSha256(),
                                                        null,
                                                        null)))));
        for (int i = 0; i < settings.attempts(); i++) {
            server.fault("api", FakeHub.status(503));
        }
        HubSettings pip = copyingPip(wheel);
        Hub hub = new Hub(workspace, pip, catalogue);
        LocalModel model = hub.fetch("tiny", progress);
        assertThat(progress.lines)
                .anyMatch(line -> line.contains("trying the package box==1.0 instead"));
        assertThat(model.path()).hasSameBinaryContentAs(GGUF);
        assertThat(model.published()).isEqualTo(FakeHub.MODEL);
        assertThat(model.sha256()).isEqualTo(Digests.sha256(GGUF));
        assertThat(hub.resolve("tiny")).isEqualTo(model);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(model.path())))
                .isEqualTo("rw-------");
        try (Stream<Path> left = Files.list(workspace.models())) {
            assertThat(left).containsExactly(workspace.models().resolve("box-1.0"));
        }
    }

    @Test
    void aWheelIsKeptWholeWhenItIsWanted() throws Exception {
        Path wheel = wheel();
        PipPackage box = box(wheel, null);
        HubSettings pip = copyingPip(wheel);
        Path kept = box.fetch(workspace, pip, progress);
        assertThat(kept).hasSameBinaryContentAs(wheel);
        assertThat(box.fetch(workspace, FakePip.withPython(settings, "no-python-needed"), progress))
                .isEqualTo(kept);
    }

    @Test
    void anotherWheelThanThePinnedIsRefused() throws Exception {
        Path wheel = wheel();
        PipPackage other = new PipPackage("box", "1.0", "0".repeat(64), 1);
        HubSettings pip = copyingPip(wheel);
        assertThatThrownBy(() -> other.fetch(workspace, pip, progress))
                .isInstanceOfSatisfying(
                        UserError.class,
                        e -> {
                            assertThat(e.what()).contains("SHA-256 differs");
                            assertThat(e.exitCode()).isEqualTo(ExitCode.UNEXPECTED_STATE);
                        });
        PipPackage member =
                new PipPackage(
                        "box", "1.0", Digests.sha256(wheel), 1, "box/tiny.gguf", "0".repeat(64));
        assertThatThrownBy(() -> member.fetch(workspace, pip, progress))
                .hasMessageContaining("not the pinned one");
        PipPackage absent =
                new PipPackage("box", "1.0", Digests.sha256(wheel), 1, "box/none", null);
        assertThatThrownBy(() -> absent.fetch(workspace, pip, progress))
                .hasMessageContaining("has no box/none");
        try (Stream<Path> left = Files.walk(workspace.models())) {
            assertThat(left).noneMatch(Files::isRegularFile);
        }
    }

    @Test
    void pipsFailuresAreSaid() throws Exception {
        PipPackage box = new PipPackage("box", "1.0", "0".repeat(64), 1);
        HubSettings broken =
                fakePip("echo 'ERROR: No matching distribution found for box==1.0'; exit 1");
        assertThatThrownBy(() -> box.fetch(workspace, broken, progress))
                .hasMessageContaining("No matching distribution");
        HubSettings none = fakePip("echo '/usr/bin/python3: No module named pip'; exit 1");
        assertThatThrownBy(() -> box.fetch(workspace, none, progress))
                .isInstanceOfSatisfying(
                        UserError.class, e -> assertThat(e.fix()).contains("install pip"));
        HubSettings empty = fakePip("exit 0");
        assertThatThrownBy(() -> box.fetch(workspace, empty, progress))
                .hasMessageContaining("no wheel");
        assertThatThrownBy(() ->
                        box.fetch(workspace, FakePip.withPython(settings, "no-python"), progress))
                .isInstanceOfSatisfying(
                        UserError.class, e -> assertThat(e.fix()).contains("install Python"));
    }

    @Test
    void offlineNoPipIsStarted() throws Exception {
        HubSettings pip = fakePip("touch '" + folder.resolve("started") + "'");
        HubSettings offline =
                new HubSettings(
                        pip.endpoint(),
                        pip.cache(),
                        null,
                        true,
                        pip.connect(),
                        pip.stall(),
                        pip.attempts(),
                        pip.backoff(),
                        pip.pythons());
        PipPackage box = new PipPackage("box", "1.0", "0".repeat(64), 1);
        assertThatThrownBy(() -> box.fetch(workspace, offline, progress))
                .hasMessageContaining("HF_HUB_OFFLINE");
        assertThat(folder.resolve("started")).doesNotExist();
    }

    @Test
    void packagesMustBePinned() {
        assertThatThrownBy(() -> new PipPackage("box; rm", "1.0", "0".repeat(64), 1))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new PipPackage("-r", "1.0", "0".repeat(64), 1))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new PipPackage("box", "1.0", "short", 1))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
