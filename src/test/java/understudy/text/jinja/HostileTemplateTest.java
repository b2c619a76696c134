package understudy.text.jinja;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.LocalDateTime;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import understudy.base.UserError;

/// Templates that try to get out, or never to end.
class HostileTemplateTest {
    private static Stream<String> payloads() {
        return Stream.of(
                "{{ ''.__class__.__mro__[1].__subclasses__() }}",
                "{{ messages.__init__.__globals__['os'].popen('id').read() }}",
                "{{ text.getClass().forName('java.lang.Runtime') }}",
                "{{ text.__len__() }}",
                "{{ cycler.__init__.__globals__.os }}",
                "{{ lipsum.__globals__['os'] }}",
                "{{ self._TemplateReference__context }}{{ self.x.y }}",
                "{{ text | attr('__class__') }}",
                "{% include '/etc/passwd' %}",
                "{% import 'os' as os %}",
                "{% extends text %}",
                "{{ range(1000000000) | list | length }}",
                "{% for i in range(10000) %}{% for j in range(10000) %}{{ j }}{% endfor %}{% endfor"
                        + " %}",
                "{{ 'a' * 1000000000 }}",
                "{% set ns = namespace(t='ab') %}{% for i in range(60) %}"
                        + "{% set ns.t = ns.t ~ ns.t %}{% endfor %}",
                "{% set ns = namespace(l=[1]) %}{% for i in range(60) %}"
                        + "{% set ns.l = [ns.l, ns.l] %}{% endfor %}{{ ns.l }}",
                "{% set ns = namespace(l=[1, 2]) %}{% for i in range(60) %}"
                        + "{% set ns.l = ns.l + ns.l %}{% endfor %}",
                "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
                "{{ 2 ** 999999999999 }}",
                "{{ " + "(".repeat(50_000) + "1" + ")".repeat(50_000) + " }}",
                "{{ " + "-".repeat(50_000) + "1 }}",
                "{{ " + "not ".repeat(50_000) + "1 }}",
                "{{ 1" + " + 1".repeat(50_000) + " }}",
                "{{ text" + " | trim".repeat(50_000) + " }}",
                "{{ " + "[".repeat(50_000),
                "{% if 1 %}".repeat(50_000),
                "{% if 0 %}" + "{% elif 0 %}".repeat(50_000) + "{% endif %}",
                "{{ ('x' * 100000).replace('x', 'y' * 1000) }}",
                "{{ ('x,' * 100000).split(',') | join('z' * 1000) }}",
                "{{ 'a\\n' * 100000 | indent(100) }}{{ ('a\\n' * 100000) | indent(100) }}",
                "{% for c in ('x' * 900000) %}{{ c }}{% endfor %}",
                "{{ strftime_now('%q') }}",
                "{{ 'a'[::0] }}",
                "{% break %}",
                "{% raw %}",
                "{# no end",
                "{{ 'no end }}",
                "{{ '\\ud8' }}",
                "{{ \u0001 }}",
                "{{ 99999999999999999999 }}");
    }

    @ParameterizedTest
    @MethodSource("payloads")
    void isStopped(String source) {
        Map<String, Value> values = Map.of("text", Text.of("hello"));
        Budget budget = new Budget(Budget.STEPS, Budget.CHARACTERS);
        assertThatThrownBy(() ->
                        JinjaTemplate.parse(source, "t.jinja")
                                .render(values, LocalDateTime.MIN, budget))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("t.jinja line ");
    }
}
