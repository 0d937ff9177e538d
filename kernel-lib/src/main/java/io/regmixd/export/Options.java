package io.regmixd.export;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The options of a command: pairs of `--NAME VALUE`, where a name may come several times.
record Options(Map<String, List<String>> values) {

    /// A name with a number: `web=0.4`.
    record Named(String name, double number) {}

    /// @throws IllegalArgumentException if they are not such pairs
    static Options of(String... args) {
        Map<String, List<String>> values = new LinkedHashMap<>();
        for (int i = 0; i < args.length; i += 2) {
            if (!args[i].startsWith("--") || i + 1 == args.length) {
                throw new IllegalArgumentException(args[i] + ": expected pairs of --OPTION VALUE");
            }
            values.computeIfAbsent(args[i].substring(2), name -> new ArrayList<>())
                    .add(args[i + 1]);
        }
        return new Options(values);
    }

    /// All values of an option, none if it is not given.
    List<String> all(String option) {
        return values.getOrDefault(option, List.of());
    }

    /// @throws IllegalArgumentException if it is given more than once
    Optional<String> given(String option) {
        List<String> all = all(option);
        if (all.size() > 1) {
            throw new IllegalArgumentException("--" + option + ": given " + all.size() + " times");
        }
        return all.stream().findFirst();
    }

    /// @throws IllegalArgumentException if it is not given exactly once
    String required(String option) {
        return given(option).orElseThrow(() -> new IllegalArgumentException("--" + option + ": missing"));
    }

    /// @throws IllegalArgumentException if it is no whole number
    int whole(String option, String value) {
        try {
            return Integer.parseInt(value);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "--" + option + " " + value + ": expected a whole number up to " + Integer.MAX_VALUE, e);
        }
    }

    /// @throws IllegalArgumentException if it is no whole number
    long longWhole(String option, String value) {
        try {
            return Long.parseLong(value);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "--" + option + " " + value + ": expected a whole number from " + Long.MIN_VALUE + " to "
                            + Long.MAX_VALUE,
                    e);
        }
    }

    /// @throws IllegalArgumentException if it is no number
    double number(String option, String value) {
        try {
            return Double.parseDouble(value);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("--" + option + " " + value + ": expected a number", e);
        }
    }

    /// Each `NAME=NUMBER` of an option; the last `=` counts.
    ///
    /// @throws IllegalArgumentException if one has no `=`, or no number behind it
    List<Named> named(String option, String form) {
        List<Named> named = new ArrayList<>();
        for (String value : all(option)) {
            int equals = value.lastIndexOf('=');
            if (equals < 0) {
                throw new IllegalArgumentException("--" + option + " " + value + ": expected " + form);
            }
            named.add(new Named(value.substring(0, equals), number(option, value.substring(equals + 1))));
        }
        return named;
    }
}
