package understudy.privacy;

import java.lang.Character.UnicodeScript;

/// Letters of a script that make something like a name, or a word of the same look.
final class Alphabets {
    private static final String[] LATIN = {"bdfghklmnprstvz", "aeiou"};
    private static final String[] CYRILLIC = {"бвгдзклмнпрст", "аеиоу"};
    private static final String[] GREEK = {"βγδζθκλμνπρστ", "αεηιου"};

    private Alphabets() {}

    /// Consonants and vowels by turns; one string where a script has no such turns.
    static String[] of(int c) {
        return switch (UnicodeScript.of(c)) {
            case CYRILLIC -> CYRILLIC;
            case GREEK -> GREEK;
            case HEBREW -> new String[] {"בגדזטילמנרשת"};
            case ARABIC -> new String[] {"بتجدرزسعفقلمنهوي"};
            case DEVANAGARI -> new String[] {"कगचजतदनपबमरलवसह"};
            case HAN -> new String[] {"安明华海林文青云月山江春秋雪雨石"};
            case HIRAGANA -> new String[] {"あいうえかきくさしたなにのはまみもらりる"};
            case KATAKANA -> new String[] {"アイウエカキクサシタナニノハマミモラリル"};
            case HANGUL -> new String[] {"가나다라마바사아자하미리지수우유서소"};
            case THAI -> new String[] {"กคจชดตนบปมรลวสห"};
            case ARMENIAN -> new String[] {"բգդզլկմնպրստ", "աեիոու"};
            case GEORGIAN -> new String[] {"ბგდზთკლმნრსტ", "აეიოუ"};
            default -> LATIN;
        };
    }

    /// A letter for `c`: same script where that is simple, same case.
    ///
    /// @param place where in the word it stands; consonants and vowels change by it
    static int letter(int c, int place, int choice) {
        String[] letters = of(c);
        String row = letters[place % letters.length];
        int letter = row.codePointAt(choice % row.length());
        return Character.isUpperCase(c) ? Character.toUpperCase(letter) : letter;
    }

    /// A digit of the script of `c`.
    static int digit(int c, int value) {
        return c - Character.digit(c, 10) + value;
    }
}
