package understudy.privacy;

import java.util.Locale;

/// Sort of personal data.
public enum Kind {
    PHONE,
    EMAIL,
    /// International bank account number.
    IBAN,
    /// Number of a payment card.
    CARD,
    /// Number that a state gave to a person, for taxes, health or an identity card.
    NATIONAL_ID,
    /// Street and house number.
    ADDRESS,
    /// An address of the web that carries a password or a token.
    URL_SECRET,
    IP_ADDRESS,
    /// A password that the words around it name as one.
    PASSWORD,
    /// A PIN, one-time code or other number that the words around it name as one.
    CODE,
    /// A number or a mix of letters and digits that looks like a code, though no word says so;
    /// replaced by [Redaction] only.
    UNNAMED_CODE,
    /// A name or word of the owner's own list; replaced by [Redaction] only.
    NAME,
    /// A long number without a name, or one that is known from elsewhere; reported by
    /// [OutputFilter] and [Redaction] only.
    NUMBER,
    /// Words of somebody else, taken over as they stand; reported by [OutputFilter] only.
    OTHERS_WORDS;

    /// The word in files and reports, such as `national_id`.
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }
}
