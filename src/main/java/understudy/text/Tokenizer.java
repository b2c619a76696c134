package understudy.text;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/// Turns text into token ids and back. Safe for use by several threads.
public interface Tokenizer {
    /// Number of ids; every id is below it.
    int vocabularySize();

    /// Encodes text that a person wrote: nothing in it becomes a control token.
    ///
    /// @param place what stands before `text`; tokenizers of the SentencePiece kind put a blank
    ///     before a first word, and not all of them at the same places
    int[] encode(String text, Place place);

    /// Encodes text that a person wrote: nothing in it becomes a control token.
    ///
    /// @param continues whether `text` follows other text in the same stretch, so that a tokenizer
    ///                  which puts a blank before the first word leaves it out
    default int[] encode(String text, boolean continues) {
        return encode(text, continues ? Place.CONTINUES : Place.START);
    }

    /// [#encode(String, boolean)] at the beginning of a stretch.
    default int[] encode(String text) {
        return encode(text, Place.START);
    }

    /// Where control tokens stand in what a template wrote, in order and without overlap.
    List<ControlSpan> controlsIn(String scaffold);

    /// Encodes text in which the literals of control tokens stand for the tokens: what a template
    /// wrote, never what a person wrote. Adds no token of its own at either end.
    default int[] encodeWithControls(String text) {
        IntStream.Builder ids = IntStream.builder();
        Place place = Place.START;
        int from = 0;
        for (ControlSpan control : controlsIn(text)) {
            Arrays.stream(encode(text.substring(from, control.start()), place)).forEach(ids::add);
            ids.add(control.id());
            from = control.end();
            place = Place.AFTER_CONTROL;
        }
        Arrays.stream(encode(text.substring(from), place)).forEach(ids::add);
        return ids.build().toArray();
    }

    /// The id of a control token such as `<|im_end|>`, written exactly so.
    OptionalInt control(String literal);

    /// Whether `id` is a control token.
    boolean isControl(int id);

    /// Text of `ids`; control tokens are left out. Bytes that are not UTF-8 become U+FFFD.
    String decode(int[] ids);

    /// The bytes that `id` stands for, in UTF-8, which may be part of a character; of a control
    /// token those of its name.
    default byte[] bytes(int id) {
        return decode(new int[] {id}).getBytes(StandardCharsets.UTF_8);
    }

    /// Decodes ids as they come and never gives out half a character.
    Stream stream();

    /// What stands before a stretch of text.
    enum Place {
        /// Nothing: the stretch opens the whole text.
        START,
        /// A control token.
        AFTER_CONTROL,
        /// Other text, which was encoded on its own.
        CONTINUES
    }

    /// A control token found in a text.
    ///
    /// @param start index of its first character, blanks that the token swallows included
    /// @param end   index behind its last one, likewise
    record ControlSpan(int start, int end, int id) {}

    /// A decoder in progress.
    interface Stream {
        /// @return what `id` completes; empty while a character is unfinished
        String add(int id);

        /// @return what is left, as U+FFFD where bytes are missing
        String end();
    }
}
