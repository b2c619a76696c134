package understudy.text;

import java.util.OptionalInt;

/// Turns text into token ids and back. Safe for use by several threads.
public interface Tokenizer {
    /// Number of ids; every id is below it.
    int vocabularySize();

    /// Encodes text that a person wrote: nothing in it becomes a control token.
    ///
    /// @param continues whether `text` follows other text in the same stretch, so that a tokenizer
    ///                  which puts a blank before the first word leaves it out
    int[] encode(String text, boolean continues);

    /// [#encode(String, boolean)] at the beginning of a stretch.
    default int[] encode(String text) {
        return encode(text, false);
    }

    /// Encodes text in which the literals of control tokens stand for the tokens: what a template
    /// wrote, never what a person wrote. Adds no token of its own at either end.
    int[] encodeWithControls(String text);

    /// The id of a control token such as `<|im_end|>`, written exactly so.
    OptionalInt control(String literal);

    /// Whether `id` is a control token.
    boolean isControl(int id);

    /// Text of `ids`; control tokens are left out. Bytes that are not UTF-8 become U+FFFD.
    String decode(int[] ids);

    /// Decodes ids as they come and never gives out half a character.
    Stream stream();

    /// A decoder in progress.
    interface Stream {
        /// @return what `id` completes; empty while a character is unfinished
        String add(int id);

        /// @return what is left, as U+FFFD where bytes are missing
        String end();
    }
}
