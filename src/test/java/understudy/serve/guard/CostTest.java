package understudy.serve.guard;

import static org.assertj.core.api.Assertions.assertThat;

import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class CostTest {
    @Test
    void oneCoreForAnHour() {
        Cost cost = new Cost(15, 0.4);
        assertThat(cost.energy(3600)).isEqualTo(0.015, Offset.offset(1e-12));
        assertThat(cost.money(3600)).isEqualTo(0.006, Offset.offset(1e-12));
    }

    @Test
    void saysWhatItAssumes() {
        assertThat(new Cost(15, 0.4).summary(3600, 60_000))
                .isEqualTo(
                        "60,000 tokens in 3,600 processor seconds: about 15.0 Wh at 15.0 W a core,"
                                + " 0.0060 (0.00010 for 1,000 tokens)");
        assertThat(new Cost(15, 0).summary(3600, 60_000)).endsWith("a core");
        assertThat(new Cost(15, 0.4).summary(0, 0)).doesNotContain("NaN", "Infinity");
    }
}
