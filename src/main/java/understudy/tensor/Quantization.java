package understudy.tensor;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import understudy.base.UserError;

/// How the big matrices of a frozen base are held in memory.
///
/// Whatever the way, they are multiplied in the [ComputeType]: packed ones are unpacked into a
/// reused buffer right before.
public enum Quantization {
    /// In the compute type.
    NONE,
    /// As the model's file holds them where that is in 4 bits (GGUF's Q4_0, Q4_1 and Q4_K) and they
    /// are in the CPU's memory, so that nothing is rounded; else in the compute type.
    FILE,
    F32,
    BF16,
    /// Rows of 8-bit numbers with one scale each.
    INT8,
    /// Groups of 32 neighbours of a row in 4 bits with a scale and a least value each.
    INT4,
    /// 4-bit NormalFloat in blocks of 64, its scales in 8 bits (Dettmers et al. 2023).
    NF4;

    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /// Every word that [#of] knows.
    public static List<String> words() {
        return Arrays.stream(values()).map(Quantization::word).toList();
    }

    /// @param word in any case
    /// @throws UserError for another word
    public static Quantization of(String word) {
        for (Quantization known : values()) {
            if (known.word().equals(word.toLowerCase(Locale.ROOT))) {
                return known;
            }
        }
        throw new UserError(
                "the base cannot be held as " + word,
                "quantization",
                "use one of " + String.join(", ", words()));
    }
}
