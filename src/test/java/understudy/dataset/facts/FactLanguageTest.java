package understudy.dataset.facts;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class FactLanguageTest {
    private static final List<String> ENGLISH =
            List.of(
                    "yeah I was at the lake and it was great",
                    "are you coming with us?",
                    "they have not said what they would do");
    private static final List<String> GERMAN =
            List.of(
                    "ja, ich war auch schon da und das Wasser ist kalt",
                    "hast du noch was vor? wir sind dann bei mir",
                    "nicht mit dem Auto, aber ich hab ein Rad für dich");
    private static final List<String> SPANISH =
            List.of(
                    "pero no está en la casa, creo que ya se fue",
                    "yo muy bien, ¿y qué tal el trabajo?",
                    "los lunes no puedo, por lo del curso");
    private static final List<String> FRENCH =
            List.of(
                    "je suis pas sûr que c'est une bonne idée",
                    "on va avec les autres dans la ville ?",
                    "oui mais j'ai pas le temps pour ça");
    private static final List<String> PORTUGUESE =
            List.of(
                    "eu não sei se você vai para a festa",
                    "tá muito frio, mas o mar é bonito",
                    "isso é do meu irmão, e os outros são da Ana");
    private static final List<String> ITALIAN =
            List.of(
                    "non so che cosa è, ma ci sono anche io",
                    "ti ho detto che il treno è in ritardo, poi mi chiami",
                    "bene, con lo zaino della nonna");

    @Test
    void theSmallWordsTellTheLanguage() {
        assertThat(FactLanguage.of(ENGLISH)).containsExactly(FactLanguage.EN);
        assertThat(FactLanguage.of(GERMAN)).containsExactly(FactLanguage.DE);
        assertThat(FactLanguage.of(SPANISH)).containsExactly(FactLanguage.ES);
        assertThat(FactLanguage.of(FRENCH)).containsExactly(FactLanguage.FR);
        assertThat(FactLanguage.of(PORTUGUESE)).containsExactly(FactLanguage.PT);
        assertThat(FactLanguage.of(ITALIAN)).containsExactly(FactLanguage.IT);
    }

    @Test
    void whoWritesInTwoHasTwoTheMoreUsedFirst() {
        List<String> both = new java.util.ArrayList<>(GERMAN);
        both.addAll(ENGLISH.subList(0, 2));
        assertThat(FactLanguage.of(both)).containsExactly(FactLanguage.DE, FactLanguage.EN);
    }

    @Test
    void tooLittleIsEnglish() {
        assertThat(FactLanguage.of(List.of())).containsExactly(FactLanguage.EN);
        assertThat(FactLanguage.of(List.of("ok", "\uD83D\uDE00", "ich nicht")))
                .containsExactly(FactLanguage.EN);
    }
}
