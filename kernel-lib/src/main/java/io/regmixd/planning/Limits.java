package io.regmixd.planning;

import io.regmixd.mixture.Mixture;
import io.regmixd.mixture.MixtureSchedule;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;

/// Where a schedule stands at a limit, in sentences: bounds that bind, and stages that are nearly all one domain.
public final class Limits {

    private static final double AT = 1e-3; // this close to a bound is at it
    private static final double CORNER = 0.9;

    private Limits() {}

    /// @param schedule as a planner made it for the problem
    public static List<String> of(MixtureSchedule schedule, Problem problem) {
        List<String> limits = new ArrayList<>();
        List<Mixture> stages = schedule.stages();
        for (int d = 0; d < problem.domains().size(); d++) {
            int domain = d;
            double highest = problem.highest().get(d);
            double lowest = problem.lowest().get(d);
            if (highest < 1 && highest > AT) {
                add(
                        limits,
                        stages,
                        s -> stages.get(s).weight(domain) >= highest - AT,
                        String.format(
                                Locale.ROOT,
                                "%s is at its highest weight, %.1f%%",
                                problem.domains().get(d),
                                100 * highest));
            }
            if (lowest > AT) {
                add(
                        limits,
                        stages,
                        s -> stages.get(s).weight(domain) <= lowest + AT,
                        String.format(
                                Locale.ROOT,
                                "%s is at its lowest weight, %.1f%%",
                                problem.domains().get(d),
                                100 * lowest));
            }
            add(
                    limits,
                    stages,
                    s -> stages.get(s).weight(domain) > CORNER,
                    String.format(
                            Locale.ROOT,
                            "%s is more than %.0f%%: a corner",
                            problem.domains().get(d),
                            100 * CORNER));
        }
        return limits;
    }

    private static void add(List<String> limits, List<Mixture> stages, IntPredicate holds, String sentence) {
        List<String> where = new ArrayList<>();
        for (int s = 0; s < stages.size(); s++) {
            if (holds.test(s)) {
                where.add(Integer.toString(s + 1));
            }
        }
        if (!where.isEmpty()) {
            limits.add(
                    stages.size() == 1 || where.size() == stages.size()
                            ? sentence
                            : sentence + ", in stage" + (where.size() == 1 ? " " : "s ") + String.join(", ", where));
        }
    }

    /// How often each domain's text is repeated over the whole run.
    ///
    /// @param available training tokens that there are, by domain; domains that are not named are left out
    /// @param tokens    of the whole run
    public static Map<String, Double> epochs(MixtureSchedule schedule, Map<String, Long> available, long tokens) {
        Mixture mean = schedule.mean();
        return available.entrySet().stream()
                .filter(entry -> mean.domains().contains(entry.getKey()))
                .collect(Collectors.toMap(
                        Map.Entry::getKey,
                        entry -> mean.weight(entry.getKey()) * tokens / entry.getValue(),
                        (a, b) -> a,
                        LinkedHashMap::new));
    }
}
