package understudy.evaluate.voice;

import java.util.List;

/// How it was measured, in words, for the page.
final class VoiceMethod {
    static final List<String> PARAGRAPHS =
            List.of(
                    "Replies. The latest part of each chat was set apart before training. Held-out"
                            + " messages you answered are drawn by the seed; the clone, the base"
                            + " model alone and the base model with a prompt answer them with the"
                            + " settings of understudy chat, 60 tokens at most, after the same"
                            + " 200 tokens of conversation. All other replies are cut alike.",
                    "Base model with a prompt. A description of your style made from the training"
                            + " conversations, and your answers to the six most similar messages"
                            + " (BM25) as examples: what can be had without training.",
                    "The person, earlier: your replies in the training conversations to messages"
                            + " about as long. Other people: their replies in the held-out"
                            + " conversations, likewise.",
                    "Style distance. Each measure makes a distribution of a set of replies; its"
                            + " distance is the square root of the Jensen–Shannon divergence in"
                            + " bits, 0 for the same, 1 for nothing in common. The overall figure"
                            + " is the mean of all measures. Cohen's d is the difference of the"
                            + " means over the pooled standard deviation.",
                    "Taken for you. Logistic regression over hashed character 1- to 4-grams,"
                            + " trained on your turns against everybody else's in the training"
                            + " conversations, both weighted alike, in five parts by conversation."
                            + " What a part says of a training turn comes from the four others. A"
                            + " reply is taken for yours where its chance is over one half.",
                    "Intervals. 1,000 draws of the held-out conversations with replacement,"
                            + " percentiles widened for few conversations; the same draws for every"
                            + " source, so differences are paired. Shares of single replies have"
                            + " Wilson's interval.",
                    "Copied. Eight words in a row as in one training turn; replies under eight"
                            + " words do not count.");

    private VoiceMethod() {}
}
