package io.regmixd.evaluation.harness;

import java.util.Locale;

/// What Python's methods of `str` do to a text where Java's namesakes do something else.
final class PythonText {

    private PythonText() {}

    /// `text.strip()`
    static String strip(String text) {
        return stripLeading(stripTrailing(text));
    }

    /// `text.lstrip()`
    static String stripLeading(String text) {
        int from = 0;
        while (from < text.length() && isSpace(text.charAt(from))) {
            from++;
        }
        return text.substring(from);
    }

    /// `text.rstrip()`
    static String stripTrailing(String text) {
        int to = text.length();
        while (to > 0 && isSpace(text.charAt(to - 1))) {
            to--;
        }
        return text.substring(0, to);
    }

    /// `text.isspace()` of one character: unlike Java's, no-break spaces and U+0085 count. All lie in the first
    /// plane.
    private static boolean isSpace(char c) {
        return Character.isWhitespace(c) || Character.isSpaceChar(c) || c == '\u0085';
    }

    /// `text.capitalize()`: the first character in title case, all others in lower case.
    static String capitalize(String text) {
        if (text.isEmpty()) {
            return text;
        }
        int first = text.codePointAt(0);
        String head = Character.toString(first);
        int title = Character.toTitleCase(first);
        String upper = head.toUpperCase(Locale.ROOT);
        // a character without a title case of its own may still become several, as the German sharp s does
        String start = title != first || upper.codePointCount(0, upper.length()) == 1
                ? Character.toString(title)
                : upper.charAt(0) + upper.substring(1).toLowerCase(Locale.ROOT);
        // lowered as a whole: what becomes of a sigma depends on what is before it
        return start
                + text.toLowerCase(Locale.ROOT)
                        .substring(head.toLowerCase(Locale.ROOT).length());
    }

    /// `len(text)`: characters of Unicode, not of UTF-16.
    static int length(String text) {
        return text.codePointCount(0, text.length());
    }
}
