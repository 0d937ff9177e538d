package io.regmixd.evaluation.harness;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Python's `ast.literal_eval` of texts, and of lists and dictionaries of them: how RACE keeps its problems,
/// and how the harness makes MultiRC's choices.
final class PythonLiteral {

    private final String source;
    private int at;

    private PythonLiteral(String source) {
        this.source = source;
    }

    /// @return a `String`, a `List` or a `Map` with texts as keys
    /// @throws IllegalArgumentException if it is no such literal; the message says where
    static Object parse(String source) {
        PythonLiteral literal = new PythonLiteral(source);
        Object value = literal.value();
        literal.skipSpace();
        if (literal.at < source.length()) {
            throw literal.problem("nothing more");
        }
        return value;
    }

    private Object value() {
        skipSpace();
        return switch (at < source.length() ? source.charAt(at) : 0) {
            case '[' -> list();
            case '{' -> map();
            case '\'', '"' -> text();
            default -> throw problem("a text, a list or a dictionary");
        };
    }

    private List<Object> list() {
        List<Object> list = new ArrayList<>();
        at++;
        while (!taken(']')) {
            list.add(value());
            endOfItem(']');
        }
        return list;
    }

    private Map<String, Object> map() {
        Map<String, Object> map = new LinkedHashMap<>();
        at++;
        while (!taken('}')) {
            skipSpace();
            String key = text();
            if (!taken(':')) {
                throw problem(":");
            }
            map.put(key, value());
            endOfItem('}');
        }
        return map;
    }

    private void endOfItem(char end) {
        if (!taken(',') && (at >= source.length() || source.charAt(at) != end)) {
            throw problem(", or " + end);
        }
    }

    private boolean taken(char expected) {
        skipSpace();
        boolean there = at < source.length() && source.charAt(at) == expected;
        at += there ? 1 : 0;
        return there;
    }

    private void skipSpace() {
        while (at < source.length() && " \t\r\n".indexOf(source.charAt(at)) >= 0) {
            at++;
        }
    }

    private String text() {
        char quote = at < source.length() ? source.charAt(at) : 0;
        if (quote != '\'' && quote != '"') {
            throw problem("a text");
        }
        String triple = String.valueOf(quote).repeat(3);
        String end = source.startsWith(triple, at) ? triple : String.valueOf(quote);
        at += end.length();
        StringBuilder text = new StringBuilder();
        while (!source.startsWith(end, at)) {
            if (at >= source.length() || (end.length() == 1 && source.charAt(at) == '\n')) {
                throw problem(end);
            }
            char c = source.charAt(at++);
            if (c == '\\') {
                escape(text);
            } else if (c == '\r') { // ends of lines become the same
                text.append('\n');
                at += source.startsWith("\n", at) ? 1 : 0;
            } else {
                text.append(c);
            }
        }
        at += end.length();
        return text.toString();
    }

    /// What follows a backslash; an unknown escape stays as it is, backslash included.
    private void escape(StringBuilder text) {
        if (at >= source.length()) {
            throw problem("an escape");
        }
        char c = source.charAt(at++);
        switch (c) {
            case '\n' -> {}
            case '\\', '\'', '"' -> text.append(c);
            case 'a' -> text.append('\u0007');
            case 'b' -> text.append('\b');
            case 'f' -> text.append('\f');
            case 'n' -> text.append('\n');
            case 'r' -> text.append('\r');
            case 't' -> text.append('\t');
            case 'v' -> text.append('\u000b');
            case 'x' -> text.appendCodePoint(number(2, 16));
            case 'u' -> text.appendCodePoint(number(4, 16));
            case 'U' -> text.appendCodePoint(number(8, 16));
            case 'N' -> {
                int close = source.indexOf('}', at);
                if (!source.startsWith("{", at) || close < 0) {
                    throw problem("{NAME}");
                }
                text.appendCodePoint(Character.codePointOf(source.substring(at + 1, close)));
                at = close + 1;
            }
            case '0', '1', '2', '3', '4', '5', '6', '7' -> {
                at--;
                int digits = 1;
                while (digits < 3
                        && at + digits < source.length()
                        && "01234567".indexOf(source.charAt(at + digits)) >= 0) {
                    digits++;
                }
                text.appendCodePoint(number(digits, 8));
            }
            default -> text.append('\\').append(c);
        }
    }

    private int number(int digits, int radix) {
        if (at + digits > source.length()) {
            throw problem(digits + " digits");
        }
        try {
            int number = Integer.parseInt(source, at, at + digits, radix);
            at += digits;
            return number;
        } catch (NumberFormatException e) {
            throw (IllegalArgumentException) problem(digits + " digits").initCause(e);
        }
    }

    private IllegalArgumentException problem(String expected) {
        return new IllegalArgumentException("at character " + at + " expected " + expected + ": "
                + source.substring(
                        Math.min(Math.max(0, at - 20), source.length()), Math.min(source.length(), at + 20)));
    }
}
