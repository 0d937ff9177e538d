package io.regmixd.mixture;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// One row of several mixtures in long format, as tables and files hold them. The mixtures may be those of a
/// schedule's stages, for example.
///
/// @param number which mixture, from 1
/// @param domain the domain's name
/// @param weight its weight in this mixture
public record MixtureRow(int number, String domain, double weight) {

    /// Mixture after mixture, each in the order of its domains.
    public static List<MixtureRow> of(List<Mixture> mixtures) {
        List<MixtureRow> rows = new ArrayList<>();
        for (int i = 0; i < mixtures.size(); i++) {
            rows.addAll(of(i + 1, mixtures.get(i)));
        }
        return rows;
    }

    /// One mixture alone, in the order of its domains.
    public static List<MixtureRow> of(int number, Mixture mixture) {
        List<MixtureRow> rows = new ArrayList<>();
        for (int d = 0; d < mixture.size(); d++) {
            rows.add(new MixtureRow(number, mixture.domains().get(d), mixture.weight(d)));
        }
        return rows;
    }

    /// The mixtures that the rows tell, in the order of their numbers. Mixtures written and read back are equal to
    /// the bit.
    ///
    /// @param rows in any order; the domains stand in the order in which they first appear
    /// @param each what a mixture belongs to, for the message: `stage`
    /// @throws IllegalArgumentException if there is no row, a number from 1 to the highest is left out, a domain
    ///     appears twice in a mixture or is missing in it, or its weights make no mixture; names the mixture
    public static List<Mixture> mixtures(List<MixtureRow> rows, String each) {
        Map<Integer, Map<String, Double>> weights = new TreeMap<>();
        Map<String, Integer> domains = new LinkedHashMap<>();
        for (MixtureRow row : rows) {
            domains.putIfAbsent(row.domain, domains.size());
            if (weights.computeIfAbsent(row.number, absent -> new LinkedHashMap<>())
                            .put(row.domain, row.weight)
                    != null) {
                throw new IllegalArgumentException(
                        each + " " + row.number + " has domain " + row.domain + " a second time");
            }
        }
        return mixtures(weights, List.copyOf(domains.keySet()), each);
    }

    private static List<Mixture> mixtures(
            Map<Integer, Map<String, Double>> weights, List<String> domains, String each) {
        if (weights.isEmpty()) {
            throw new IllegalArgumentException("there is no row, expected one per " + each + " and domain");
        }
        List<Mixture> mixtures = new ArrayList<>();
        weights.forEach((number, ofNumber) -> {
            if (number != mixtures.size() + 1) {
                throw new IllegalArgumentException(
                        "after " + mixtures.size() + " comes " + each + " " + number + ", expected each from 1 on");
            }
            if (ofNumber.size() != domains.size()) {
                throw new IllegalArgumentException(
                        each + " " + number + " has weights of " + ofNumber.keySet() + ", expected " + domains);
            }
            try {
                mixtures.add(Mixture.of(
                        domains, domains.stream().mapToDouble(ofNumber::get).toArray()));
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(each + " " + number + ": " + e.getMessage(), e);
            }
        });
        return mixtures;
    }
}
