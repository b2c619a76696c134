package understudy.text;

import java.util.List;

/// What a tokenizer is made of, whichever file it was read from.
///
/// @param origin     the file, for errors
/// @param added      tokens found before merging, control tokens among them
/// @param byteLevel  whether tokens are written in [ByteAlphabet]
/// @param byteTokens whether characters without a token become tokens `<0x00>` to `<0xFF>`
/// @param wholeWords whether a word that is a token is taken without merging (`ignore_merges`)
/// @param unknown    id for what has no token, or [Vocabulary#NONE]: then it is left out
/// @param fuseUnknown whether unknown characters that follow each other share one id
/// @param lead       what decoding leaves out at the beginning
record TokenizerSource(
        String origin,
        Vocabulary vocabulary,
        Merges merges,
        List<AddedToken> added,
        Normalizer normalizer,
        PreTokenizer preTokenizer,
        boolean byteLevel,
        boolean byteTokens,
        boolean wholeWords,
        int unknown,
        boolean fuseUnknown,
        Lead lead) {
    TokenizerSource {
        added = List.copyOf(added);
    }

    TokenizerSource withAdded(List<AddedToken> others) {
        return new TokenizerSource(
                origin,
                vocabulary,
                merges,
                others,
                normalizer,
                preTokenizer,
                byteLevel,
                byteTokens,
                wholeWords,
                unknown,
                fuseUnknown,
                lead);
    }

    /// What decoding leaves out at the beginning of the text.
    enum Lead {
        NOTHING,
        /// One blank: the one that encoding put there.
        ONE_BLANK,
        /// All blanks of the first token, as the Metaspace decoder does.
        BLANKS_OF_FIRST_TOKEN
    }
}
