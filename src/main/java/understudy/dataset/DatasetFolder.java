package understudy.dataset;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import understudy.base.ExitCode;
import understudy.base.Json;
import understudy.base.PrivateFiles;
import understudy.base.UserError;
import understudy.chat.Role;
import understudy.text.ConversationEncoder;
import understudy.text.Line;

/// Writes a dataset to its folder.
///
/// `dataset.yaml` comes last and holds the checksum of every file of rows, so that a folder that
/// was only half replaced is noticed when it is read.
public final class DatasetFolder {
    static final String DESCRIPTION = "dataset.yaml";

    private final Path folder;

    public DatasetFolder(Path folder) {
        this.folder = folder;
    }

    /// @param rendered gives a row's text, as `input`
    public void write(Prepared prepared, ConversationEncoder rendered) {
        try {
            PrivateFiles.createFolders(folder);
            Files.deleteIfExists(folder.resolve(DESCRIPTION));
            Map<Part, String> checksums = new EnumMap<>(Part.class);
            for (Part part : Part.values()) {
                if (part == Part.FACTS && prepared.part(part).isEmpty()) {
                    Files.deleteIfExists(folder.resolve(part.file()));
                } else {
                    checksums.put(part, rows(part, prepared.part(part), rendered));
                }
            }
            prepared.questions().write(folder);
            PrivateFiles.write(
                    folder.resolve("report.json"),
                    out ->
                            out.write(
                                    Json.json()
                                            .writerWithDefaultPrettyPrinter()
                                            .writeValueAsBytes(prepared.report().tree())));
            PrivateFiles.writeString(folder.resolve(DESCRIPTION), description(prepared, checksums));
        } catch (IOException e) {
            throw new UserError(
                    "the dataset could not be written",
                    folder.toString(),
                    "make room on the disk and prepare again",
                    ExitCode.UNEXPECTED_STATE,
                    new UncheckedIOException(e));
        }
    }

    private String rows(Part part, List<PreparedRow> rows, ConversationEncoder rendered)
            throws IOException {
        MessageDigest digest = sha256();
        PrivateFiles.write(
                folder.resolve(part.file()),
                out -> {
                    OutputStream sums =
                            new BufferedOutputStream(new DigestOutputStream(out, digest));
                    for (PreparedRow row : rows) {
                        sums.write(Json.json().writeValueAsBytes(tree(row, rendered)));
                        sums.write('\n');
                    }
                    sums.flush();
                });
        return HexFormat.of().formatHex(digest.digest());
    }

    private static Map<String, Object> tree(PreparedRow row, ConversationEncoder rendered) {
        List<Object> messages = new ArrayList<>();
        for (int i = 0; i < row.lines().size(); i++) {
            Line line = row.lines().get(i);
            Map<String, Object> message = new LinkedHashMap<>();
            message.put("role", line.role().word());
            message.put("name", line.name());
            message.put("content", line.content());
            message.put("date", DatasetBuilder.DATE.format(row.dates().get(i)));
            if (line.relation() != null) {
                message.put("relation", line.relation());
            }
            if (i < row.begin() && line.role() != Role.SYSTEM && row.context() > 0) {
                message.put("context", true);
            }
            if (row.unlearned().get(i)) {
                message.put("unlearned", true);
            }
            messages.add(message);
        }
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("input", rendered.render(row.lines()));
        tree.put("messages", messages);
        tree.put("person", row.person());
        tree.put("chat", row.chat());
        tree.put("block", row.block());
        if (row.correction()) {
            tree.put("correction", true);
        }
        return tree;
    }

    private static String description(Prepared prepared, Map<Part, String> checksums) {
        Map<String, Object> files = new LinkedHashMap<>();
        checksums.forEach((part, checksum) -> {
            Map<String, Object> file = new LinkedHashMap<>(); // written in this order everywhere
            file.put("rows", prepared.part(part).size());
            file.put("sha256", checksum);
            files.put(part.key(), file);
        });
        StringBuilder yaml =
                new StringBuilder("# Written by understudy prepare; not for editing.\n");
        yaml.append("format: 1\n");
        yaml.append("base: ").append(quoted(prepared.origin().base())).append('\n');
        yaml.append("recipe: ").append(quoted(prepared.origin().recipe())).append('\n');
        yaml.append("template: ");
        DatasetConfig config = DatasetConfig.from(prepared.origin().settings());
        yaml.append(config.template() == DatasetConfig.Template.SEED ? "seed" : "model");
        yaml.append('\n');
        if (!prepared.factLine().isEmpty()) {
            yaml.append("fact_line: ").append(quoted(prepared.factLine())).append('\n');
        }
        yaml.append("dataset:\n");
        prepared.origin()
                .settings()
                .yaml()
                .lines()
                .forEach(line -> yaml.append("  ").append(line).append('\n'));
        // The checksums come last: without its end the description vouches for no row.
        yaml.append("files: ").append(Json.json().writeValueAsString(files)).append('\n');
        return yaml.toString();
    }

    /// A JSON string is a YAML string.
    private static String quoted(String text) {
        return Json.json().writeValueAsString(text);
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
