package io.regmixd.export;

import io.regmixd.mixture.MixtureSchedule;
import io.regmixd.planning.Evidence;
import io.regmixd.planning.Gain;
import io.regmixd.planning.Limits;
import io.regmixd.planning.Proposal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;

/// What `./plan` says of a plan.
record PlanReport(PlanRequest request, Proposal proposal, Evidence evidence) {

    private static final double SHOWN = 5e-4; // of a weight
    private static final double TOO_OFTEN = 4; // epochs that cost hardly anything (Muennighoff et al. 2023)

    String name() {
        return proposal.plan().name();
    }

    /// Of the domains alone: metrics that are none are left out.
    MixtureSchedule schedule() {
        return request.runs().trained(proposal.plan().schedule());
    }

    /// The final objective of the plan as a run of the runs' size would measure it, with its 95% margin.
    double margin(Proposal.Expected expected) {
        double own = Double.isNaN(expected.standardError()) ? 0 : expected.standardError();
        return 1.96 * Math.hypot(own, evidence.deviation());
    }

    /// The table, and sentences about what speaks for the plan.
    List<String> lines() {
        List<String> lines = new ArrayList<>(table());
        lines.add("");
        Proposal.Expected plan = proposal.expected().getFirst();
        lines.add(String.format(
                Locale.ROOT,
                "%s is expected to end at %.4f %s (95%% %.4f to %.4f for a run of the runs' size).",
                name(),
                plan.value(),
                request.unit(),
                plan.value() - margin(plan),
                plan.value() + margin(plan)));
        for (Gain gain : proposal.gains()) {
            lines.add(gain.inWords(request.unit()));
        }
        lines.add(evidence.inWords(request.unit()));
        lines.add(String.format(
                Locale.ROOT,
                "The nearest mixture of a run is %.2f away (Hellinger); the runs' own widest gap is %.2f.",
                proposal.distance(),
                proposal.gap()));
        Limits.of(proposal.plan().schedule(), request.problem())
                .forEach(limit -> lines.add("At a limit: " + limit + "."));
        proposal.plan().warnings().forEach(warning -> lines.add("Beyond the runs: " + warning + "."));
        lines.addAll(epochs());
        return lines;
    }

    private List<String> epochs() {
        List<String> lines = new ArrayList<>();
        Map<String, Double> epochs = epochsByDomain();
        if (!epochs.isEmpty()) {
            lines.add("Epochs over the whole training: "
                    + String.join(
                            ", ",
                            epochs.entrySet().stream()
                                    .map(each -> String.format(Locale.ROOT, "%s %.2f", each.getKey(), each.getValue()))
                                    .toList())
                    + ".");
            epochs.forEach((domain, times) -> {
                if (times > TOO_OFTEN) {
                    lines.add(String.format(
                            Locale.ROOT,
                            "%s is repeated %.1f times; beyond about %.0f times repeated text teaches less:"
                                    + " --epochs %.0f bounds it.",
                            domain,
                            times,
                            TOO_OFTEN,
                            TOO_OFTEN));
                }
            });
        }
        return lines;
    }

    Map<String, Double> epochsByDomain() {
        return Limits.epochs(
                proposal.plan().schedule(),
                request.available(),
                request.training().tokens());
    }

    private List<String> table() {
        MixtureSchedule schedule = schedule();
        List<String> domains = schedule.domains();
        List<String[]> rows = new ArrayList<>();
        List<String> head = new ArrayList<>(List.of("weights in %", "natural", "runs up to"));
        boolean constant = schedule.stages().stream().distinct().count() == 1;
        int columns = constant ? 1 : schedule.size();
        for (int s = 1; s <= columns; s++) {
            head.add(constant ? "plan" : "stage " + s);
        }
        rows.add(head.toArray(String[]::new));
        IntStream.range(0, domains.size())
                .boxed()
                .sorted((a, b) -> Double.compare(
                        schedule.mean().weight(b), schedule.mean().weight(a)))
                .forEach(d -> {
                    List<String> row = new ArrayList<>(List.of(
                            domains.get(d),
                            percent(request.natural().weight(domains.get(d))),
                            percent(highest(domains.get(d)))));
                    for (int s = 0; s < columns; s++) {
                        row.add(percent(schedule.stages().get(s).weight(d)));
                    }
                    rows.add(row.toArray(String[]::new));
                });
        return columns(rows);
    }

    private double highest(String domain) {
        return PlanRequest.trained(request.runs(), request.method()).stream()
                .mapToDouble(mixture -> mixture.weight(domain))
                .max()
                .orElseThrow();
    }

    private static String percent(double weight) {
        return weight < SHOWN ? "-" : String.format(Locale.ROOT, "%.1f", 100 * weight);
    }

    private static List<String> columns(List<String[]> rows) {
        int[] widths = new int[rows.getFirst().length];
        rows.forEach(row -> Arrays.setAll(widths, i -> Math.max(widths[i], row[i].length())));
        return rows.stream()
                .map(row -> {
                    StringBuilder line = new StringBuilder(row[0]).repeat(" ", widths[0] - row[0].length());
                    for (int i = 1; i < row.length; i++) {
                        line.append("  ")
                                .repeat(" ", widths[i] - row[i].length())
                                .append(row[i]);
                    }
                    return line.toString();
                })
                .toList();
    }
}
