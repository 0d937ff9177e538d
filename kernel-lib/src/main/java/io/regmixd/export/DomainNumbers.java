package io.regmixd.export;

import io.regmixd.mixture.Mixture;
import io.regmixd.store.Json;
import io.regmixd.trajectory.Runs;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/// Files of JSON with a number per domain: `{"web": 0.7, "code": 0.3}`.
public final class DomainNumbers {

    private DomainNumbers() {}

    /// The natural mixture of a file of shares, rescaled.
    ///
    /// @throws IOException              if the file cannot be read
    /// @throws IllegalArgumentException if it lacks a domain that a run was trained on, or names another
    public static Mixture natural(Path file, Runs runs) throws IOException {
        Map<String, Double> shares = read(file, runs);
        List<String> missing = runs.trained().stream()
                .filter(name -> !shares.containsKey(name))
                .toList();
        if (!missing.isEmpty()) {
            throw new IllegalArgumentException(file + " has no share of " + String.join(", ", missing)
                    + ": give one for each domain, 0 where there is none");
        }
        return Mixture.proportional(
                runs.domains(),
                runs.domains().stream()
                        .mapToDouble(name -> shares.getOrDefault(name, 0.0))
                        .toArray());
    }

    /// What the option `--natural` names; without it the mean of the runs' mixtures.
    static Mixture natural(Options options, Runs runs) throws IOException {
        Optional<String> file = options.given("natural");
        return file.isPresent() ? natural(Path.of(file.get()), runs) : runs.mean();
    }

    /// How many tokens there are to train on, by domain; a domain that the file does not name has enough.
    ///
    /// @throws IOException              if the file cannot be read
    /// @throws IllegalArgumentException if it names a domain that no run has, or a number is below 1
    public static Map<String, Long> available(Path file, Runs runs) throws IOException {
        Map<String, Long> tokens = new LinkedHashMap<>();
        read(file, runs).forEach((name, count) -> {
            if (!(count >= 1)) {
                throw new IllegalArgumentException(file + ", " + name + ": " + count + " tokens, expected at least 1");
            }
            tokens.put(name, count.longValue());
        });
        return tokens;
    }

    private static Map<String, Double> read(Path file, Runs runs) throws IOException {
        ObjectNode json = Json.read(file);
        Map<String, Double> numbers = new LinkedHashMap<>();
        for (String name : json.propertyNames()) {
            if (!runs.domains().contains(name)) {
                throw new IllegalArgumentException(file + ": the runs have no domain " + name + "; they have "
                        + String.join(", ", runs.trained()));
            }
            numbers.put(name, Json.number(json.get(name), file + ", " + name));
        }
        return numbers;
    }
}
