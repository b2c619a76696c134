package understudy.dataset;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import understudy.base.ExitCode;
import understudy.base.Json;
import understudy.base.Settings;
import understudy.base.UserError;
import understudy.chat.Role;
import understudy.text.ConversationEncoder;
import understudy.text.Line;

/// A dataset on disk. Opening it reads only its description; each part is read when asked for, so
/// that training never touches what is held out.
///
/// @param folder      where it lies
/// @param base        the base model whose tokens its lengths are counted in
/// @param recipe      name of the recipe it was made with
/// @param config      that recipe's settings
/// @param description `dataset.yaml`
public record Dataset(
        Path folder, String base, String recipe, DatasetConfig config, Settings description) {

    /// @throws UserError where there is none
    public static Dataset open(Path folder) {
        Path file = folder.resolve(DatasetFolder.DESCRIPTION);
        if (!Files.isRegularFile(file)) {
            throw new UserError("there is no dataset yet", folder.toString(), "understudy prepare");
        }
        Settings description = Settings.read(file);
        if (!description.text("format", "1").equals("1")) {
            throw new UserError(
                    "the dataset was written by a newer understudy",
                    file.toString(),
                    "use that newer version, or prepare again");
        }
        return new Dataset(
                folder,
                description.text("base", ""),
                description.text("recipe", ""),
                DatasetConfig.from(description.section("dataset")),
                description);
    }

    /// The line of the owner's facts in every first line; empty for none.
    public String factLine() {
        return description.text("fact_line", "");
    }

    /// Tells what a run reads while it learns, training and validation part, from that of another
    /// preparation: 64 hex digits.
    public String learnedDigest() {
        MessageDigest digest = DatasetFolder.sha256();
        for (Part part : List.of(Part.TRAIN, Part.VALIDATION)) {
            String file = description.section("files").section(part.key()).text("sha256", "");
            digest.update((part.key() + ' ' + file + '\n').getBytes(StandardCharsets.UTF_8));
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    /// The rows of a part, in tokens, each at most `max_length` long.
    public List<DatasetRow> rows(Part part, ConversationEncoder encoder) {
        return rows(part, encoder, OptionalInt.empty());
    }

    /// The rows of a part, in tokens.
    ///
    /// @param longest tokens: rows over it are split again by the same rules, at a turn, so that
    ///                no own turn is cut from what it answers and each is in one row only
    public List<DatasetRow> rows(Part part, ConversationEncoder encoder, OptionalInt longest) {
        String expected = description.section("files").section(part.key()).text("sha256", "(none)");
        if (part == Part.FACTS && expected.equals("(none)")) {
            return List.of(); // a dataset without facts
        }
        Path file = folder.resolve(part.file());
        List<DatasetRow> rows = new ArrayList<>();
        MessageDigest digest = DatasetFolder.sha256();
        try (InputStream in = new DigestInputStream(Files.newInputStream(file), digest);
                BufferedReader lines =
                        new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                add(rows, Json.json().readTree(line), encoder, longest);
            }
        } catch (IOException | JacksonException e) {
            throw damaged(file, e);
        }
        if (!HexFormat.of().formatHex(digest.digest()).equals(expected)) {
            throw damaged(file, null);
        }
        return rows;
    }

    private void add(
            List<DatasetRow> rows, JsonNode tree, ConversationEncoder encoder, OptionalInt longest)
            throws IOException {
        List<Line> lines = new ArrayList<>();
        for (JsonNode message : tree.path("messages")) {
            lines.add(line(message));
        }
        boolean opened = !lines.isEmpty() && lines.getFirst().role() == Role.SYSTEM;
        Optional<Line> first = opened ? Optional.of(lines.removeFirst()) : Optional.empty();
        if (lines.isEmpty()) {
            throw new IOException("a row without turns");
        }
        int most = longest.orElse(Integer.MAX_VALUE);
        boolean correction = tree.path("correction").asBoolean(false);
        int overlap = correction ? 0 : config.selection().overlap();
        List<RowSplitter.Row> split =
                new RowSplitter(encoder, most, overlap)
                        .split(first.orElse(null), lines, marked(tree, "context").cardinality());
        BitSet unlearned = marked(tree, "unlearned");
        for (RowSplitter.Row row : correction ? List.of(split.getLast()) : split) {
            rows.add(
                    new DatasetRow(
                            tree.path("person").asString(),
                            tree.path("chat").asString(),
                            tree.path("block").asInt(),
                            row.lines(),
                            row.tokens(),
                            correction
                                    ? DatasetConfig.lastOwnTurn(row.tokens())
                                    : config.learned(
                                            row.tokens(),
                                            row.lines(),
                                            row.begin(),
                                            lines(row, unlearned)),
                            encoder.ownCharacters(
                                    correction
                                            ? List.of(row.lines().getLast())
                                            : row.lines()
                                                    .subList(row.begin(), row.lines().size()))));
        }
    }

    /// Bit i: message i of `tree` that is no first line has `mark`.
    private static BitSet marked(JsonNode tree, String mark) {
        BitSet marked = new BitSet();
        int turn = 0;
        for (JsonNode message : tree.path("messages")) {
            boolean first = message.path("role").asString("").equals(Role.SYSTEM.word());
            marked.set(turn, !first && message.path(mark).asBoolean(false));
            turn += first ? 0 : 1;
        }
        return marked;
    }

    /// Turns of the whole as lines of a row that it was split into.
    static BitSet lines(RowSplitter.Row row, BitSet turns) {
        BitSet lines = new BitSet();
        for (int turn = row.from(); turn < row.to(); turn++) {
            lines.set(row.begin() + turn - row.from(), turns.get(turn));
        }
        return lines;
    }

    private static Line line(JsonNode message) throws IOException {
        JsonNode name = message.path("name");
        JsonNode content = message.path("content");
        JsonNode relation = message.path("relation");
        for (Role role : Role.values()) {
            if (content.isString() && role.word().equals(message.path("role").asString(""))) {
                return new Line(
                        role,
                        name.isString() ? name.asString() : null,
                        content.asString(),
                        relation.isString() ? relation.asString() : null);
            }
        }
        throw new IOException("a message without a role or content");
    }

    private static UserError damaged(Path file, @Nullable Exception cause) {
        return new UserError(
                "the dataset is incomplete or was changed",
                file.toString(),
                "understudy prepare",
                ExitCode.UNEXPECTED_STATE,
                cause);
    }
}
