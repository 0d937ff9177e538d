package io.regmixd.training;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// Where a group of runs stands, besides its models: what the metadata of a saved training say.
///
/// @param step       steps taken, at least 0
/// @param losses     before the first stage and at the end of each whole one: `[runs][domains]`, nats per token
/// @param divergedAt of each run, the step at which its loss stopped being finite, or 0
record TrainingState(int step, List<double[][]> losses, List<Integer> divergedAt) {

    private static final String STEP = "step";
    private static final String LOSSES = "losses_nats";
    private static final String DIVERGED = "diverged_at";

    Map<String, String> metadata() {
        return Map.of(
                STEP,
                Integer.toString(step),
                LOSSES,
                losses.stream()
                        .map(stage ->
                                Arrays.stream(stage).map(TrainingState::joined).collect(Collectors.joining(";")))
                        .collect(Collectors.joining("|")),
                DIVERGED,
                divergedAt.stream().map(String::valueOf).collect(Collectors.joining(",")));
    }

    /// The steps alone, which say what else there should be.
    ///
    /// @throws IllegalArgumentException if there is no such number
    static int step(Map<String, String> metadata) {
        return number(STEP, metadata.getOrDefault(STEP, ""));
    }

    /// @throws IllegalArgumentException if an entry is missing, or not of so many runs and domains; names it
    static TrainingState of(Map<String, String> metadata, int runs, int domains) {
        List<double[][]> losses = parts(metadata.getOrDefault(LOSSES, ""), "|").stream()
                .map(stage ->
                        parts(stage, ";").stream().map(TrainingState::losses).toArray(double[][]::new))
                .toList();
        for (double[][] stage : losses) {
            if (stage.length != runs || Arrays.stream(stage).anyMatch(run -> run.length != domains)) {
                throw new IllegalArgumentException(
                        LOSSES + " is not of " + runs + " runs and " + domains + " domains in every stage");
            }
        }
        List<Integer> divergedAt = parts(metadata.getOrDefault(DIVERGED, ""), ",").stream()
                .map(at -> number(DIVERGED, at))
                .toList();
        if (divergedAt.size() != runs) {
            throw new IllegalArgumentException(DIVERGED + " is of " + divergedAt.size() + " runs, expected " + runs);
        }
        return new TrainingState(step(metadata), losses, divergedAt);
    }

    private static int number(String entry, String text) {
        try {
            int number = Integer.parseInt(text);
            if (number >= 0) {
                return number;
            }
        } catch (NumberFormatException _) {
            // as below
        }
        throw new IllegalArgumentException(entry + " has \"" + text + "\", expected a step");
    }

    private static double[] losses(String text) {
        try {
            return parts(text, ",").stream().mapToDouble(Double::parseDouble).toArray();
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(LOSSES + " has \"" + text + "\", expected numbers", e);
        }
    }

    private static String joined(double[] numbers) {
        return Arrays.stream(numbers).mapToObj(Double::toString).collect(Collectors.joining(","));
    }

    private static List<String> parts(String text, String separator) {
        return List.of(text.split(Pattern.quote(separator), -1));
    }
}
