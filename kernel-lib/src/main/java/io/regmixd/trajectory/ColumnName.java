package io.regmixd.trajectory;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What the name of a column in a table of runs says of its numbers.
///
/// @param kind  what the numbers are
/// @param name  the domain, or the metric
/// @param phase of a weight, as the column numbers it; 0 where it has none
record ColumnName(Kind kind, String name, int phase) {

    /// What the numbers of a column are.
    enum Kind {
        WEIGHT,
        LOSS
    }

    private static final Pattern PHASE =
            Pattern.compile("(?:phase|stage)[_/. -]?(\\d{1,3})[_/. -](?:weights?[_/. -])?(.+)");

    private static final List<Pattern> WEIGHTS = List.of(
            Pattern.compile("train_the_pile_(.+)"), // RegMix
            Pattern.compile("(?:config[/.])?(?:data[/.])?(?:weights?|ratios?|mixture|mix|w)[_/.: ](?!decay$)(.+)"));

    private static final List<Pattern> LOSSES = List.of(
            Pattern.compile("metric/the_pile_(.+)_val_loss"), // RegMix
            Pattern.compile("(?:eval|val|valid|validation|metrics?|test)/(?:loss/)?(.+?)"
                    + "(?:[_/. ](?:val_loss|validation_loss|loss_nats|ce_loss|CE loss|loss|bpb|bits_per_byte))?"),
            Pattern.compile("(?:val_loss|validation_loss|loss_nats|loss|bpb)[_/.: ](.+)"),
            Pattern.compile("(.+?)[_/. ](?:val_loss|validation_loss|loss_nats|ce_loss|loss|bpb|bits_per_byte)"));

    /// @return empty where the name alone says nothing
    static Optional<ColumnName> of(String column) {
        Matcher phase = PHASE.matcher(column);
        if (phase.matches()) {
            return Optional.of(new ColumnName(Kind.WEIGHT, phase.group(2), Integer.parseInt(phase.group(1))));
        }
        return first(WEIGHTS, column)
                .map(name -> new ColumnName(Kind.WEIGHT, name, 0))
                .or(() -> first(LOSSES, column).map(name -> new ColumnName(Kind.LOSS, name, 0)));
    }

    /// Whether a column of losses is in bits per byte.
    static boolean isInBits(String column) {
        String lower = column.toLowerCase(Locale.ROOT);
        return lower.contains("bpb") || lower.contains("bits_per_byte");
    }

    private static Optional<String> first(List<Pattern> patterns, String column) {
        return patterns.stream()
                .map(pattern -> pattern.matcher(column))
                .filter(Matcher::matches)
                .map(matcher -> matcher.group(1))
                .findFirst();
    }
}
