package understudy.text.jinja;

import java.time.LocalDateTime;
import java.util.List;
import java.util.Map;
import understudy.base.UserError;
import understudy.text.jinja.Syntax.Node;

/// A template that was read and can be run any number of times, also by several threads.
public final class JinjaTemplate {
    /// Longer than any chat template in use by far.
    private static final int MAX_SOURCE = 1_000_000;

    private final String name;
    private final List<Node> nodes;

    private JinjaTemplate(String name, List<Node> nodes) {
        this.name = name;
        this.nodes = nodes;
    }

    /// @param name for errors: the file
    /// @throws UserError where the template uses what is not supported
    public static JinjaTemplate parse(String source, String name) {
        if (source.length() > MAX_SOURCE) {
            throw fault("is longer than a megabyte", name, 1);
        }
        try {
            return new JinjaTemplate(name, Parser.parse(Lexer.tokens(source)));
        } catch (Parser.ParseFault e) {
            throw fault("has " + e.getMessage(), name, e.line());
        } catch (TemplateFault e) {
            throw fault("has " + e.getMessage(), name, 1);
        }
    }

    /// @param values what the template sees under which names
    /// @param now    what it takes for the present
    /// @throws TemplateRefusal where the template says that it does not take these values
    /// @throws UserError       where it fails or uses up its budget
    public Text render(Map<String, Value> values, LocalDateTime now, Budget budget) {
        Scope scope = new Scope(Globals.scope(now, budget));
        values.forEach(scope::set);
        try {
            return new Interpreter(budget).run(nodes, scope);
        } catch (TemplateFault e) {
            throw fault("does not work: " + e.getMessage(), name, budget.line());
        }
    }

    private static UserError fault(String what, String name, int line) {
        return new UserError(
                "the chat template " + what,
                name + " line " + line,
                "use another model, or put a chat_template.jinja that works into its folder");
    }
}
