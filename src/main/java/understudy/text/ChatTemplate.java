package understudy.text;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import understudy.base.UserError;
import understudy.chat.Role;
import understudy.text.RowEncoder.TurnMarks;
import understudy.text.jinja.JinjaTemplate;
import understudy.text.jinja.TemplateRefusal;
import understudy.text.jinja.Text;

/// How a model wants a conversation written: the model's own template, or the seed's.
///
/// What a template writes can become control tokens; what people wrote never does, whatever it
/// looks like. Safe for use by several threads.
public final class ChatTemplate {
    private static final TurnMarks NO_MARKS = new TurnMarks("", "");

    private final String id;

    /// Null for the recipe `seed`, whose form is fixed.
    private final @Nullable ModelTemplate model;

    private final TurnMarks marks;
    private final List<Integer> endIds;

    /// Whether system lines are put into user lines, always. A template may take them in a prompt
    /// and leave them out of a row that ends with an answer (Mistral v0.3), and what was learned
    /// must be what is asked.
    private final boolean movesSystemLines;

    private ChatTemplate(
            String id,
            @Nullable ModelTemplate model,
            TurnMarks marks,
            boolean movesSystemLines,
            List<Integer> endIds) {
        this.id = id;
        this.model = model;
        this.marks = marks;
        this.movesSystemLines = movesSystemLines;
        this.endIds = List.copyOf(endIds);
    }

    /// The template that a model brings along.
    ///
    /// @param model a Hugging Face folder or a `.gguf` file
    /// @throws UserError where there is none, or one that does not work
    public static ChatTemplate load(Path model) {
        TemplateFiles files = TemplateFiles.read(model);
        String source = files.template();
        if (source == null) {
            throw new UserError(
                    "the model has no chat template",
                    model.toString(),
                    "use a model tuned for chats (understudy model list), or --recipe seed");
        }
        return of(source, files.beginning(), files.end(), files.endIds(), model.toString());
    }

    /// A template given as text.
    ///
    /// @param bos what it knows as `bos_token`
    /// @param eos what it knows as `eos_token`
    public static ChatTemplate parse(String jinja, String bos, String eos) {
        return of(jinja, bos, eos, List.of(), "chat template");
    }

    /// The form of the recipe `seed`, the same for every model and all of it plain text:
    ///
    /// ```
    /// <|start_header_id|>user<|end_header_id|>
    /// TEXT<|eot_id|>
    /// ```
    ///
    /// Own turns have `system` in place of `user`.
    public static ChatTemplate seed() {
        return new ChatTemplate(
                "seed", null, new TurnMarks("", SeedTemplate.END_MARK), true, List.of());
    }

    private static ChatTemplate of(
            String source, String bos, String eos, List<Integer> endIds, String name) {
        ModelTemplate model =
                new ModelTemplate(JinjaTemplate.parse(source, name), name, bos, eos, null);
        return new ChatTemplate(
                idOf(source), model, marks(model), !takesSystemLines(model), endIds);
    }

    /// The same template on another day: some write the date.
    public ChatTemplate on(LocalDateTime date) {
        return model == null
                ? this
                : new ChatTemplate(id, model.on(date), marks, movesSystemLines, endIds);
    }

    /// `seed`, or `jinja-` and the first digits of the template's SHA-256: what a dataset notes to
    /// tell whether it still fits.
    public String id() {
        return id;
    }

    boolean movesSystemLines() {
        return movesSystemLines;
    }

    /// Whether conversations in which people write twice, and either first, are rendered as they
    /// are, and not by way of [TemplateLines#adapt].
    boolean takesAnyTurns() {
        if (model == null) {
            return true;
        }
        Line user = Line.of(Role.USER, "u");
        Line own = Line.of(Role.ASSISTANT, "a");
        List<Line> probe = List.of(own, user, user, own, own, user);
        try {
            return holdsAll(model.render(probe, true), probe);
        } catch (TemplateRefusal e) {
            return false;
        }
    }

    /// The conversation as text.
    ///
    /// @param addGenerationPrompt whether the beginning of an assistant turn follows
    /// @throws UserError where the template does not take it, adapted or not
    public String render(List<Line> lines, boolean addGenerationPrompt) {
        return rendered(lines, addGenerationPrompt).text().characters();
    }

    /// The conversation as token ids. Own is each assistant line's content, with the blanks that
    /// the template puts between the generation prompt and it, and the end mark behind it.
    ///
    /// A new stretch begins where generation would, and behind the end mark, so that no token
    /// lies across these borders.
    public TokenRow encode(Tokenizer tokenizer, List<Line> lines, boolean addGenerationPrompt) {
        Rendered rendered = rendered(lines, addGenerationPrompt);
        return new RowEncoder(tokenizer, marks, model == null)
                .encode(rendered.text(), rendered.lines());
    }

    /// Ids that end a turn: the end mark where it is a control token, and what the model's files
    /// name as its ends.
    public Set<Integer> stopIds(Tokenizer tokenizer) {
        Set<Integer> ids = new TreeSet<>();
        if (model == null) {
            return ids;
        }
        tokenizer.control(marks.end().strip()).ifPresent(ids::add);
        tokenizer.control(model.eos()).ifPresent(ids::add);
        endIds.stream()
                .filter(end -> end >= 0 && end < tokenizer.vocabularySize())
                .forEach(ids::add);
        return ids;
    }

    /// Texts that end a turn. They matter where the end mark is no control token of the model's.
    public List<String> stopStrings() {
        String end = marks.end().strip();
        return end.isEmpty() ? List.of() : List.of(end);
    }

    /// @param lines what was rendered, adapted where the template refused the original
    private record Rendered(Text text, List<Line> lines) {}

    private Rendered rendered(List<Line> lines, boolean addGenerationPrompt) {
        boolean system = lines.stream().anyMatch(line -> line.role() == Role.SYSTEM);
        List<Line> taken = system && movesSystemLines ? TemplateLines.adapt(lines) : lines;
        if (model == null) {
            return new Rendered(SeedTemplate.render(taken, addGenerationPrompt), taken);
        }
        try {
            Text text = model.render(taken, addGenerationPrompt);
            if (holdsAll(text, taken)) {
                return new Rendered(text, taken);
            }
        } catch (TemplateRefusal e) {
            // tried again below
        }
        return adapted(model, TemplateLines.adapt(lines), addGenerationPrompt);
    }

    private static Rendered adapted(
            ModelTemplate model, List<Line> lines, boolean addGenerationPrompt) {
        try {
            Text text = model.render(lines, addGenerationPrompt);
            if (holdsAll(text, lines)) {
                return new Rendered(text, lines);
            }
            throw new UserError(
                    "the chat template leaves out lines of the conversation",
                    model.name(),
                    "use another model, or --recipe seed");
        } catch (TemplateRefusal e) {
            throw new UserError(
                    "the chat template refuses the conversation: " + e.reason(),
                    model.name() + " line " + e.line(),
                    "use another model, or --recipe seed",
                    e);
        }
    }

    /// Whether something of every line is there: some templates pass over system lines in silence.
    private static boolean holdsAll(Text text, List<Line> lines) {
        Set<Integer> found = new TreeSet<>();
        text.runs().forEach(run -> found.add(run.origin()));
        return IntStream.range(0, lines.size())
                .allMatch(i -> lines.get(i).content().isBlank() || found.contains(i + 1));
    }

    private static boolean takesSystemLines(ModelTemplate model) {
        List<Line> probe =
                List.of(
                        Line.of(Role.SYSTEM, "s"),
                        Line.of(Role.USER, "a"),
                        Line.of(Role.ASSISTANT, "b"));
        try {
            return holdsAll(model.render(probe, false), probe);
        } catch (TemplateRefusal e) {
            return false;
        }
    }

    /// Finds out what stands around an own turn by rendering one, and one amid others: some
    /// templates (Phi 3) write a mark of their own behind the whole conversation.
    private static TurnMarks marks(ModelTemplate model) {
        List<Line> probe = List.of(Line.of(Role.USER, "a"), Line.of(Role.ASSISTANT, "b"));
        String prompt;
        Text whole;
        try {
            whole = model.render(probe, false);
            prompt = model.render(probe.subList(0, 1), true).characters();
        } catch (TemplateRefusal e) {
            return NO_MARKS;
        }
        for (Text.Run run : whole.runs()) {
            if (run.origin() == probe.size()) {
                String all = whole.characters();
                String end = sharedEnd(all.substring(run.end()), amid(model, probe));
                return new TurnMarks(
                        lead(all.substring(0, run.start()), prompt), end.stripTrailing());
            }
        }
        return NO_MARKS;
    }

    /// What follows an own turn that others follow; empty where the template refuses.
    private static String amid(ModelTemplate model, List<Line> probe) {
        List<Line> longer = new ArrayList<>(probe);
        longer.addAll(probe);
        try {
            Text whole = model.render(longer, false);
            for (Text.Run run : whole.runs()) {
                if (run.origin() == probe.size()) {
                    return whole.characters().substring(run.end());
                }
            }
        } catch (TemplateRefusal e) {
            // the end alone must do
        }
        return "";
    }

    /// What `last` and `amid` begin with both, without the beginning of a mark; `last` where that
    /// is nothing.
    private static String sharedEnd(String last, String amid) {
        int same = 0;
        while (same < Math.min(last.length(), amid.length())
                && last.charAt(same) == amid.charAt(same)) {
            same++;
        }
        String shared = last.substring(0, same);
        if (same < last.length()) {
            int open = Math.max(shared.lastIndexOf('<'), shared.lastIndexOf('['));
            // > is the second character behind <, and ] behind [
            boolean closed = open < 0 || shared.indexOf(shared.charAt(open) + 2, open) > 0;
            shared = closed ? shared : shared.substring(0, open);
        }
        return shared.isBlank() ? last : shared;
    }

    private static String lead(String before, String prompt) {
        boolean follows = before.startsWith(prompt);
        String rest = follows ? before.substring(prompt.length()) : "";
        return rest.isBlank() ? rest : "";
    }

    private static String idOf(String source) {
        try {
            byte[] hash =
                    MessageDigest.getInstance("SHA-256")
                            .digest(source.getBytes(StandardCharsets.UTF_8));
            return "jinja-" + HexFormat.of().formatHex(hash, 0, 6);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
