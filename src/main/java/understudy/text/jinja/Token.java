package understudy.text.jinja;

/// A piece of a template's source.
///
/// @param text  name, operator, or what a literal stands for
/// @param line  from 1
record Token(Kind kind, String text, int line) {
    enum Kind {
        /// Text between tags.
        DATA,
        OUTPUT_BEGIN,
        OUTPUT_END,
        BLOCK_BEGIN,
        BLOCK_END,
        NAME,
        STRING,
        INT,
        REAL,
        OPERATOR,
        END
    }

    boolean is(Kind wanted, String value) {
        return kind == wanted && text.equals(value);
    }

    boolean isOperator(String value) {
        return is(Kind.OPERATOR, value);
    }

    boolean isName(String value) {
        return is(Kind.NAME, value);
    }
}
