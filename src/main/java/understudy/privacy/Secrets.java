package understudy.privacy;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Passwords and codes that the words around them name as such, and keys of known shape.
final class Secrets {
    private static final Pattern PASSWORD =
            Pattern.compile(
                    "(?iu)(?<![\\p{L}])(?:password|passwd|passphrase|passcode|pass?wort|kennwort"
                            + "|wlan-?key|wifi-?key|contrase[ñn]a|mot de passe|mdp|senha"
                            + "|palavra-passe|wachtwoord|has[łl]o|parola|[şs]ifre|l[öo]senord"
                            + "|пароль|密码|密碼|パスワード|비밀번호|pwd|pw|pass)"
                            + "(?:[ ](?:\\p{L}{1,12}[ ]){0,3}?|[ ]{0,2})"
                            + "(?<link>is|ist|lautet|es|est|[eé]|jest|to|:|=|->|→|：)[ ]{0,2}"
                            + "(?<quote>[\"'“„«`]?)(?<value>[^\\s\"'”“»`]{4,64})");
    private static final Pattern CODE =
            Pattern.compile(
                    """
                    (?iu)(?<![\\p{L}])(?<word>pin|pin-?code|code|otp|tan|puk|cvv|cvc|passcode\
                    |c[óo]digo|codice|kode|kod|kodu|clave|geheimzahl|zugangscode\
                    |best[äa]tigungscode|sicherheitscode|t[üu]rcode|code pin|şifre|verification\
                    |код|пин|验证码|驗證碼|認証コード|인증번호|password|passwort|contrase[ñn]a|mot de passe\
                    |senha|пароль)(?![\\p{L}])(?:[^\\p{L}0-9\\n]{0,4}(?:is|ist|lautet|es|est\
                    |[eé]|jest|to|for you|для входа|number|nummer|de acceso|d'acc[eè]s\
                    |di accesso|puerta|für die|türe?|vom|of|the|my|your|mein|dein|hier|here\
                    |door|gate|card|karte)(?![\\p{L}])){0,4}[^\\p{L}0-9\\n]{0,4}(?<value>[0-9]{\
                    2,4}[ -][0-9]{2,4}|(?:[A-Z]-)?[0-9]{3,8}\
                    |(?-i:(?=[A-Z]{0,11}[0-9])[0-9]{0,11}[A-Z][A-Z0-9]{3,11}))\
                    (?![0-9\\p{L}]|[.,:][0-9]\
                    |[ ]?[€$£%])\
                    """);
    private static final Pattern CODE_BEHIND =
            Pattern.compile(
                    "(?iu)(?<![0-9\\p{L}.,-])(?<value>(?:[A-Z]-)?[0-9]{4,8}|[0-9]{3}[ -][0-9]{3})["
                        + " ](?:is|ist|es|est|[eè]|to|jest)["
                        + " ](?:your|the|my|ihr|dein|der|tu|su|el|votre|ton|le|il|tuo|twój|kod)["
                        + " ](?:[^\\s]{1,20}[ ]){0,3}?"
                        + "[^\\s]{0,20}(?:code|pin|otp|tan|c[óo]digo|codice|kod)");

    /// Codes that are no secret.
    private static final Pattern PUBLIC_CODE =
            Pattern.compile(
                    """
                    (?iu)(?:error|zip|area|country|status|exit|http|postal|post|promo|discount\
                    |bar|dress|source|qr|fehler|vorwahl|state|return|response|dial|airport|sort\
                    |course|class|module|kurs|morse|da vinci|rabatt|producto|product|article)[ -]?$\
                    """);

    /// Keys of programs, told by how their makers begin them.
    private static final Pattern KEY =
            Pattern.compile(
                    """
                    (?<![A-Za-z0-9])(?:sk-[A-Za-z0-9_-]{16,200}|gh[pousr]_[A-Za-z0-9]{20,80}\
                    |xox[abpr]-[A-Za-z0-9-]{10,100}|AKIA[A-Z0-9]{16}|AIza[A-Za-z0-9_-]{30,40}\
                    |hf_[A-Za-z0-9]{20,60}|glpat-[A-Za-z0-9_-]{16,60}\
                    |eyJ[A-Za-z0-9_-]{10,2000}\\.[A-Za-z0-9_-]{10,2000}\
                    |[0-9]{8,10}:AA[A-Za-z0-9_-]{30,40})\
                    """);

    private Secrets() {}

    static void find(String text, Findings findings) {
        Matcher keys = KEY.matcher(text);
        while (keys.find()) {
            findings.add(Kind.PASSWORD, keys.start(), keys.end());
        }
        Matcher passwords = PASSWORD.matcher(text);
        while (passwords.find()) {
            String value = passwords.group("value");
            boolean sure =
                    !passwords.group("quote").isEmpty()
                            || ":=->→：".contains(passwords.group("link"));
            if (sure ? !isQuestion(value) : mixed(value)) {
                findings.add(Kind.PASSWORD, passwords.start("value"), trimmed(value, passwords));
            }
        }
        codes(CODE.matcher(text), text, findings);
        codes(CODE_BEHIND.matcher(text), text, findings);
    }

    private static void codes(Matcher codes, String text, Findings findings) {
        while (codes.find()) {
            String before = text.substring(Math.max(0, codes.start() - 12), codes.start());
            if (!PUBLIC_CODE.matcher(before).find()) {
                findings.add(Kind.CODE, codes.start("value"), codes.end("value"));
            }
        }
    }

    /// Whether a word is none of a language: "the password is wrong" gives nothing away.
    private static boolean mixed(String value) {
        int end = value.length();
        while (end > 0 && ".,!?;:)…".indexOf(value.charAt(end - 1)) >= 0) {
            end--;
        }
        boolean digit = false;
        boolean sign = false;
        boolean upperInside = false;
        for (int i = 0; i < end; i++) {
            char c = value.charAt(i);
            digit |= Character.isDigit(c);
            sign |= !Character.isLetterOrDigit(c) && "'’-/.,".indexOf(c) < 0 && c < 0x80;
            upperInside |=
                    i > 0 && Character.isUpperCase(c) && Character.isLowerCase(value.charAt(0));
        }
        return end >= 4 && (digit || sign || upperInside);
    }

    private static boolean isQuestion(String value) {
        return value.chars().noneMatch(Character::isLetterOrDigit) || value.startsWith("<");
    }

    private static int trimmed(String value, Matcher matcher) {
        int end = matcher.end("value");
        int least = matcher.start("value") + Math.min(4, value.length());
        while (end > least && ".,;)".indexOf(value.charAt(end - matcher.start("value") - 1)) >= 0) {
            end--;
        }
        return end;
    }
}
