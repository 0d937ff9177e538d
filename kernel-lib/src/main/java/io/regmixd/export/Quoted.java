package io.regmixd.export;

import java.util.Locale;

/// Texts in quotes, so that no name can break a file.
final class Quoted {

    private Quoted() {}

    /// In double quotes, as JSON, YAML 1.1 and 1.2, and Python all read it. What is beyond the basic plane
    /// stays as it is: in JSON alone are two escapes one character.
    static String text(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                quoted.append('\\').append(c);
            } else if (c == '\n') {
                quoted.append("\\n");
            } else if (Character.isISOControl(c) || isUnprintable(c)) {
                quoted.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
            } else {
                quoted.append(c);
            }
        }
        return quoted.append('"').toString();
    }

    /// What YAML breaks a line at or does not print.
    private static boolean isUnprintable(char c) {
        return c == '\u00a0' || c == '\u2028' || c == '\u2029' || c == '\ufeff' || c == '\ufffe' || c == '\uffff';
    }

    /// In single quotes, as a POSIX shell reads it.
    static String shell(String text) {
        return "'" + text.replace("'", "'\\''") + "'";
    }
}
