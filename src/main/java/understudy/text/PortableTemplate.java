package understudy.text;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import understudy.base.UserError;
import understudy.chat.Role;
import understudy.text.jinja.Budget;
import understudy.text.jinja.JinjaTemplate;
import understudy.text.jinja.TemplateRefusal;

/// The chat template of a run for other programs: what they render with it is what training read.
///
/// Training does things to a conversation that a model's template alone does not: it brings the
/// lines into the form that strict templates ask for ([TemplateLines]), it never thinks aloud, and
/// it knows one date. Here these become part of the template.
///
/// @param jinja source, as `chat_template.jinja`
/// @param bos   the literal that the template knows as `bos_token`, empty where there is none
/// @param eos   the literal that the template knows as `eos_token`, likewise
public record PortableTemplate(String jinja, String bos, String eos) {
    /// When lines are brought into the form of [TemplateLines#adapt].
    enum Adapted {
        NEVER,
        WITH_SYSTEM_LINE,
        ALWAYS
    }

    /// [SeedTemplate].
    private static final String SEED =
            """
            {%- for message in messages -%}
            {{- '<|start_header_id|>' + ('system' if message['role'] == 'assistant' else 'user') \
            + '<|end_header_id|>\\n' + message['content'] + '<|eot_id|>' -}}
            {%- endfor -%}
            {%- if add_generation_prompt -%}
            {{- '<|start_header_id|>system<|end_header_id|>\\n' -}}
            {%- endif -%}
            """;

    /// [TemplateLines#adapt]; CONDITION is replaced.
    private static final String ADAPT =
            """
            {%- set fit = namespace(system='', any=false, turns=[]) -%}
            {%- for message in messages -%}
            {%- if message['role'] == 'system' -%}
            {%- set fit.system = (fit.system + '\\n' if fit.any else '') + message['content'] -%}
            {%- set fit.any = true -%}
            {%- elif fit.turns and fit.turns[-1]['role'] == message['role'] -%}
            {%- set fit.turns = fit.turns[:-1] + [{'role': message['role'], \
            'content': fit.turns[-1]['content'] + '\\n' + message['content']}] -%}
            {%- else -%}
            {%- set fit.turns = fit.turns + [{'role': message['role'], \
            'content': message['content']}] -%}
            {%- endif -%}
            {%- endfor -%}
            {%- if not fit.turns or fit.turns[0]['role'] == 'assistant' -%}
            {%- set fit.turns = [{'role': 'user', 'content': fit.system}] + fit.turns -%}
            {%- elif fit.any -%}
            {%- set fit.turns = [{'role': 'user', \
            'content': fit.system + '\\n\\n' + fit.turns[0]['content']}] + fit.turns[1:] -%}
            {%- endif -%}
            {%- if CONDITION -%}{%- set messages = fit.turns -%}{%- endif -%}
            """;

    private static final Pattern CLOCK =
            Pattern.compile("strftime_now\\(\\s*('[^'\\\\]{1,40}'|\"[^\"\\\\]{1,40}\")\\s*\\)");

    /// The template that a run was trained with.
    ///
    /// @param model a Hugging Face folder or a .gguf file
    /// @param seed  whether the recipe `seed`'s was used, not the model's own
    public static PortableTemplate of(Path model, boolean seed) {
        TemplateFiles files = TemplateFiles.read(model);
        TemplateEncoder encoder = TemplateEncoder.load(model, seed);
        String source = seed ? null : files.template();
        return of(source, encoder, files.beginning(), files.end())
                .orElseThrow(() ->
                        new UserError(
                                "the chat template cannot be written for other programs",
                                model.toString(),
                                "export the adapter alone: --as peft or --as gguf-lora"));
    }

    /// @param own     the model's template; null for the recipe `seed`'s
    /// @param encoder what training renders
    /// @return empty where no template gives the same text
    static Optional<PortableTemplate> of(
            @Nullable String own, TemplateEncoder encoder, String bos, String eos) {
        String source = own == null ? SEED.stripTrailing() : onOneDay(own);
        PortableTemplate template =
                new PortableTemplate(preamble(encoder.adapted(), source) + source, bos, eos);
        boolean same =
                probes().stream()
                        .allMatch(lines -> encoder.promptText(lines).equals(template.tried(lines)));
        return same ? Optional.of(template) : Optional.empty();
    }

    private @Nullable String tried(List<Line> lines) {
        try {
            return render(lines, true);
        } catch (TemplateRefusal | UserError e) {
            return null;
        }
    }

    private static String preamble(Adapted adapted, String source) {
        String adapt =
                switch (adapted) {
                    case NEVER -> "";
                    case WITH_SYSTEM_LINE -> ADAPT.replace("CONDITION", "fit.any");
                    case ALWAYS -> ADAPT.replace("CONDITION", "true");
                };
        String thinks =
                source.contains("enable_thinking")
                        ? "{%- if enable_thinking is not defined -%}"
                                + "{%- set enable_thinking = false -%}{%- endif -%}\n"
                        : "";
        return adapt + thinks;
    }

    /// The template with the date of training in place of the clock's.
    private static String onOneDay(String source) {
        Matcher clock = CLOCK.matcher(source);
        return clock.replaceAll(call -> {
            JinjaTemplate asked =
                    JinjaTemplate.parse("{{ " + call.group() + " }}", "chat template");
            Budget budget = new Budget(Budget.STEPS, Budget.CHARACTERS);
            String date = asked.render(Map.of(), TemplateEncoder.date(), budget).characters();
            return Matcher.quoteReplacement("'" + date.replace("'", "\\'") + "'");
        });
    }

    /// Renders what `lines` become as a program does that knows nothing of this one.
    String render(List<Line> lines, boolean addGenerationPrompt) {
        ModelTemplate model =
                new ModelTemplate(
                        JinjaTemplate.parse(jinja, "chat template"),
                        "chat template",
                        bos,
                        eos,
                        TemplateEncoder.date());
        return model.render(lines, addGenerationPrompt).characters();
    }

    /// Conversations such as training has.
    static List<List<Line>> probes() {
        Line system = Line.of(Role.SYSTEM, "you are x");
        Line user = Line.of(Role.USER, "hello there");
        Line own = Line.of(Role.ASSISTANT, "hi you");
        Line other = Line.of(Role.USER, "and then");
        return List.of(
                List.of(system, user),
                List.of(system, user, own, other),
                List.of(system, own, other),
                List.of(system, user, other, own, own, user));
    }
}
