package understudy.text;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import understudy.base.UserError;
import understudy.chat.Role;

/// A run's chat template in the language of Ollama: Go's `text/template`, with the conversation in
/// `.Messages` and its system lines together in `.System`.
///
/// Such a template cannot be translated from Jinja. It is found out by rendering what stands before
/// and behind the turns of each role, written down, and compared with what training renders.
public final class OllamaTemplate {
    /// What stands around turns.
    ///
    /// @param start    before everything
    /// @param unasked  behind it where there is no system line
    /// @param user     before a user's words; `userEnd` behind them, and so on
    /// @param prompt   behind everything: opens the next own turn
    private record Marks(
            String start,
            String unasked,
            String system,
            String systemEnd,
            String user,
            String userEnd,
            String own,
            String ownEnd,
            String prompt) {}

    private static final Line SYSTEM = Line.of(Role.SYSTEM, "syst3m");
    private static final Line USER = Line.of(Role.USER, "us3r");
    private static final Line NEXT = Line.of(Role.USER, "n3xt");
    private static final Line OWN = Line.of(Role.ASSISTANT, "ownw0rds");

    private final TemplateEncoder encoder;
    private final boolean adapts;
    private final boolean always;
    private final String bos;
    private final String eos;

    private OllamaTemplate(TemplateEncoder encoder, String bos, String eos) {
        this.encoder = encoder;
        this.adapts = encoder.adapted() != PortableTemplate.Adapted.NEVER;
        this.always = encoder.adapted() == PortableTemplate.Adapted.ALWAYS;
        this.bos = bos;
        this.eos = eos;
    }

    /// @param model   a Hugging Face folder or a .gguf file
    /// @param seed    whether the recipe `seed`'s template was used
    /// @param addsBos whether the GGUF file says that its tokenizer begins every text with the
    ///                token that the template writes there
    /// @throws UserError where no such template gives the same text
    public static String of(Path model, boolean seed, boolean addsBos) {
        TemplateFiles files = TemplateFiles.read(model);
        return of(TemplateEncoder.load(model, seed), files.beginning(), files.end(), addsBos)
                .orElseThrow(() ->
                        new UserError(
                                "the chat template cannot be written in Ollama's language",
                                model.toString(),
                                "export with --as gguf and run it in llama.cpp"));
    }

    /// @return empty where no such template gives the same text
    static Optional<String> of(TemplateEncoder encoder, String bos, String eos, boolean addsBos) {
        OllamaTemplate template = new OllamaTemplate(encoder, bos, eos);
        Optional<Marks> found = template.adapts ? template.adapted() : template.plain();
        return found.filter(template::holds).map(marks -> template.write(marks, addsBos));
    }

    private Optional<Marks> plain() {
        String all = encoder.promptText(List.of(SYSTEM, USER, NEXT, OWN, NEXT));
        String userEnd = userEnd(behind(encoder.render(List.of(SYSTEM, USER)), USER));
        String begin = before(all, SYSTEM);
        String start = begin.startsWith(bos) ? bos : "";
        Optional<String> user = without(between(all, USER, NEXT), userEnd, "");
        Optional<String> own = without(between(all, NEXT, OWN), userEnd, "");
        Optional<String> prompt = without(behind(all, NEXT), userEnd, "");
        if (user.isEmpty() || own.isEmpty() || prompt.isEmpty()) {
            return Optional.empty();
        }
        Optional<String> systemEnd = without(between(all, SYSTEM, USER), "", user.get());
        String tail = all.substring(all.indexOf(OWN.content()));
        Optional<String> ownEnd = without(between(tail, OWN, NEXT), "", user.get());
        String unasked = before(encoder.promptText(List.of(USER)), USER);
        Optional<String> extra = without(unasked, start, user.get());
        return systemEnd.isEmpty() || ownEnd.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        new Marks(
                                start,
                                extra.orElse(""),
                                begin.substring(start.length()),
                                systemEnd.get(),
                                user.get(),
                                userEnd,
                                own.get(),
                                ownEnd.get(),
                                prompt.get()));
    }

    /// Of a template that takes user and own turns by turns, and no system lines.
    private Optional<Marks> adapted() {
        String all = encoder.promptText(List.of(USER, OWN, NEXT));
        String userEnd = userEnd(behind(encoder.render(List.of(USER)), USER));
        String begin = before(all, USER);
        String start = begin.startsWith(bos) ? bos : "";
        String user = begin.substring(start.length());
        Optional<String> own = without(between(all, USER, OWN), userEnd, "");
        Optional<String> ownEnd = without(between(all, OWN, NEXT), "", user);
        Optional<String> prompt = without(behind(all, NEXT), userEnd, "");
        return own.isEmpty() || ownEnd.isEmpty() || prompt.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        new Marks(
                                start,
                                "",
                                "",
                                "",
                                user,
                                userEnd,
                                own.get(),
                                ownEnd.get(),
                                prompt.get()));
    }

    /// Some templates end a whole conversation, but no turn, with the token that ends texts.
    private String userEnd(String tail) {
        boolean whole = !eos.isEmpty() && tail.endsWith(eos) && tail.length() > eos.length();
        return whole ? tail.substring(0, tail.length() - eos.length()) : tail;
    }

    private static String before(String text, Line line) {
        return text.substring(0, text.indexOf(line.content()));
    }

    private static String behind(String text, Line line) {
        return text.substring(text.lastIndexOf(line.content()) + line.content().length());
    }

    private static String between(String text, Line first, Line second) {
        int from = text.indexOf(first.content()) + first.content().length();
        return text.substring(from, text.indexOf(second.content(), from));
    }

    /// `text` without `front` and `back`; empty where it does not have them.
    private static Optional<String> without(String text, String front, String back) {
        boolean has =
                text.startsWith(front)
                        && text.endsWith(back)
                        && text.length() >= front.length() + back.length();
        return has
                ? Optional.of(text.substring(front.length(), text.length() - back.length()))
                : Optional.empty();
    }

    /// Whether turns between these marks give what training reads.
    private boolean holds(Marks marks) {
        return PortableTemplate.probes().stream()
                .allMatch(lines -> written(marks, lines).equals(encoder.promptText(lines)));
    }

    private String written(Marks marks, List<Line> lines) {
        StringBuilder text = new StringBuilder(marks.start);
        for (Line line : adapts ? TemplateLines.adapt(lines) : lines) {
            switch (line.role()) {
                case SYSTEM ->
                        text.append(marks.system).append(line.content()).append(marks.systemEnd);
                case USER -> text.append(marks.user).append(line.content()).append(marks.userEnd);
                case ASSISTANT ->
                        text.append(marks.own).append(line.content()).append(marks.ownEnd);
            }
        }
        return text.append(marks.prompt).toString();
    }

    private String write(Marks marks, boolean addsBos) {
        String start = addsBos ? "" : marks.start;
        String unasked =
                marks.unasked.isEmpty()
                        ? ""
                        : "{{- if not .System }}" + quoted(marks.unasked) + "{{ end }}\n";
        String head = quoted(start) + unasked;
        String own = quoted(marks.own) + "{{ .Content }}" + quoted(marks.ownEnd);
        String turns =
                adapts
                        ? adaptedTurns(marks, own)
                        : "{{- range .Messages }}\n{{- if eq .Role \"system\" }}"
                                + quoted(marks.system)
                                + "{{ .Content }}"
                                + quoted(marks.systemEnd)
                                + "\n{{- else if eq .Role \"user\" }}"
                                + quoted(marks.user)
                                + "{{ .Content }}"
                                + quoted(marks.userEnd)
                                + "\n{{- else if eq .Role \"assistant\" }}"
                                + own
                                + "\n{{- end }}\n{{- end }}";
        return head + turns + quoted(marks.prompt);
    }

    /// [TemplateLines#adapt], as far as Ollama has not joined turns itself.
    private String adaptedTurns(Marks marks, String own) {
        String alone = always ? "$first" : "and $first $.System";
        return "{{- $first := true }}\n{{- range .Messages }}\n{{- if eq .Role \"user\" }}"
                + quoted(marks.user)
                + "{{ if and $first $.System }}{{ $.System }}{{ \"\\n\\n\" }}{{ end }}"
                + "{{ .Content }}"
                + quoted(marks.userEnd)
                + "{{ $first = false }}\n{{- else if eq .Role \"assistant\" }}{{ if "
                + alone
                + " }}"
                + quoted(marks.user)
                + "{{ $.System }}"
                + quoted(marks.userEnd)
                + "{{ end }}"
                + own
                + "{{ $first = false }}\n{{- end }}\n{{- end }}";
    }

    private static String quoted(String text) {
        if (text.isEmpty()) {
            return "";
        }
        String inside =
                text.replace("\\", "\\\\")
                        .replace("\"", "\\\"")
                        .replace("\n", "\\n")
                        .replace("\r", "\\r")
                        .replace("\t", "\\t");
        return "{{ \"" + inside + "\" }}";
    }
}
