package understudy.text.jinja;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.LocalDateTime;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Every character knows where it came from, whatever a template does to it.
class TextTest {
    /// `mine` is "Ab c d" of origin 7; in the expected form its characters stand in brackets.
    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "x{{ mine }}y; x[Ab c d]y",
                "{{ 'x' + mine + 'y' }}; x[Ab c d]y",
                "{{ 'x' ~ mine ~ 1 }}; x[Ab c d]1",
                "{{ mine[1:4] }}-{{ mine[::-1] }}; [b c]-[d c bA]",
                "{{ mine[0] }}{{ mine | first }}{{ mine | last }}; [AAd]",
                "{{ mine | upper }}{{ mine | lower }}{{ mine | title }}; [AB C Dab c dAb C D]",
                "{{ (' ' ~ mine ~ ' ') | trim }}!; [Ab c d]!",
                "{{ mine | replace(' ', '-') }}; [Ab]-[c]-[d]",
                "{{ 'a-b' | replace('-', mine) }}; a[Ab c d]b",
                "{{ mine.split(' ') | join('+') }}; [Ab]+[c]+[d]",
                "{{ mine | list | join('.') }}; [A].[b].[ ].[c].[ ].[d]",
                "{{ [mine, 'x'] | join }}; [Ab c d]x",
                "{{ {'k': mine} | tojson }}; {\"k\": \"[Ab c d]\"}",
                "{{ [mine] }}; ['[Ab c d]']",
                "{{ mine | indent(2, true) }}; __[Ab c d]",
                "{{ mine * 2 }}; [Ab c dAb c d]",
                "{% set t %}<{{ mine }}>{% endset %}{{ t }}; <[Ab c d]>",
                "{% macro m(a) %}({{ a }}){% endmacro %}{{ m(mine) }}; ([Ab c d])",
                "{% for c in mine.split() %}{{ c }},{% endfor %}; [Ab],[c],[d],",
                "{{ mine if mine == 'Ab c d' }}; [Ab c d]",
                "{{ mine | default('x') }}{{ missing | default(mine) }}; [Ab c dAb c d]",
                "{{ mine.removeprefix('A') }}{{ mine.capitalize() }}; [b c dAb c d]",
            })
    void originsFollow(String source, String expected) {
        Text text =
                JinjaTemplate.parse(source, "test")
                        .render(
                                Map.of("mine", Text.of("Ab c d", 7)),
                                LocalDateTime.MIN,
                                new Budget(10_000, 10_000));
        StringBuilder shown = new StringBuilder();
        for (Text.Run run : text.runs()) {
            String part = text.characters().substring(run.start(), run.end());
            shown.append(run.origin() == 7 ? "[" + part + "]" : part);
        }
        assertThat(shown.toString()).isEqualTo(expected.replace('_', ' '));
    }
}
