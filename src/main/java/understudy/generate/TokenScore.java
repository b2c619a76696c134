package understudy.generate;

import java.util.List;

/// A token and how likely the model found it, before temperature and penalties.
///
/// @param text    of the token alone; U+FFFD where it is part of a character
/// @param bytes   of the token in UTF-8; of a control token those of its name
/// @param logprob natural logarithm of its chance
/// @param top     the likeliest tokens at that place, likeliest first, each with an empty list
public record TokenScore(int id, String text, byte[] bytes, double logprob, List<TokenScore> top) {
    public TokenScore {
        top = List.copyOf(top);
    }
}
