package understudy.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.LocalDate;
import org.junit.jupiter.api.Test;

class SystemLineTest {
    private static final LocalDate DAY = LocalDate.of(2024, 3, 1);

    @Test
    void namesBothPeopleTheirRelationAndTheDate() {
        String pattern = "{me} to {person}[, the {role}] on {date}";
        assertThat(SystemLine.render(pattern, "Me", "Ada", "wife", DAY))
                .isEqualTo("Me to Ada, the wife on Friday, 1 March 2024");
        assertThat(SystemLine.render(pattern, "Me", "Ada", null, DAY))
                .isEqualTo("Me to Ada on Friday, 1 March 2024");
    }

    @Test
    void takesNamesAndUnknownWordsAsTheyAre() {
        assertThat(SystemLine.render("{me} {person} {x} { [", "{person}", "[a]{me}", null, DAY))
                .isEqualTo("{person} [a]{me} {x} { [");
    }
}
