package io.regmixd.data.source;

import java.util.regex.Pattern;

/// What a field of a manifest must be.
public final class Field {

    private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");

    private Field() {}

    /// @throws IllegalArgumentException if it is none, 64 lower-case hexadecimal digits
    public static void requireSha256(String field, String sha256) {
        require(sha256 != null, field, "missing");
        require(
                SHA256.matcher(sha256).matches(),
                field,
                "is \"" + sha256 + "\", expected 64 lower-case hexadecimal digits");
    }

    /// @param problem what is wrong unless `holds`
    /// @throws IllegalArgumentException unless `holds`; the message starts with the field
    public static void require(boolean holds, String field, String problem) {
        if (!holds) {
            throw new IllegalArgumentException(field + ": " + problem);
        }
    }
}
