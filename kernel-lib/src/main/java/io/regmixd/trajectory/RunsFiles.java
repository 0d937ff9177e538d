package io.regmixd.trajectory;

import io.regmixd.mixture.MixtureSchedule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Finds out which files hold what, and puts weights and losses together. See [Runs#read].
final class RunsFiles {

    private static final List<String> LEDGERS = List.of("sweep-switching.arrow", "sweep.arrow");
    private static final String TRAIN = "train";

    private static final String REMEDY =
            "; expected run, stage, domain, weight, loss_nats, or weight_DOMAIN and loss_DOMAIN in a row per run";

    private RunsFiles() {}

    static Runs read(List<Path> given, OptionalInt stages) throws IOException {
        if (given.size() == 1 && Files.isDirectory(given.getFirst())) {
            return folder(given.getFirst(), stages);
        }
        return files(given, stages);
    }

    private static Runs files(List<Path> files, OptionalInt stages) throws IOException {
        if (files.isEmpty() || files.size() > 2) {
            throw new IOException(files.size() + " files: expected one table, or one of weights and one of losses");
        }
        if (files.getFirst().toString().endsWith(".arrow")) {
            Trajectories trajectories = Trajectories.read(files.getFirst());
            return Runs.of(trajectories, trajectories.domains(), List.of());
        }
        CsvTable first = CsvTable.read(files.getFirst());
        if (files.size() == 1 && isLong(first)) {
            return byStage(first, stages);
        }
        WideTable one = WideTable.of(first);
        if (files.size() == 2) {
            WideTable other = WideTable.of(CsvTable.read(files.get(1)));
            if (one.hasWeights() == other.hasWeights()) {
                throw new IOException((one.hasWeights() ? "both " : "neither ") + files.get(0) + " and " + files.get(1)
                        + " hold weights: expected one file of weights and one of losses");
            }
            return one.hasWeights() ? together(one, other) : together(other, one);
        }
        if (!one.hasWeights()) {
            throw new IOException(first.file() + " has no weights in its columns " + first.columns() + REMEDY);
        }
        if (!one.hasLosses()) {
            throw new IOException(first.file() + " has no losses in its columns " + first.columns() + REMEDY
                    + "; a second file of losses may follow");
        }
        return together(one, one);
    }

    private static boolean isLong(CsvTable csv) {
        return (csv.has("stage") || csv.has("step")) && csv.has("domain");
    }

    private static Runs byStage(CsvTable csv, OptionalInt stages) throws IOException {
        if (!csv.has("step") || (csv.has("stage") && stages.isEmpty())) {
            return LongTable.read(csv, List.of());
        }
        if (stages.isEmpty()) {
            throw new IOException(csv.file() + " has losses by step: say how many stages to make of them (--stages 5)");
        }
        List<String> said = new ArrayList<>();
        return LongTable.read(StepTable.staged(csv, stages.getAsInt(), said), said);
    }

    private static Runs together(WideTable weights, WideTable losses) throws IOException {
        List<String> said = new ArrayList<>();
        List<String> domains = new ArrayList<>(weights.domains());
        List<String> measured = new ArrayList<>();
        Set<String> inBits = new HashSet<>();
        for (String column : losses.losses()) {
            String name = ColumnName.of(column).map(ColumnName::name).orElse(column);
            measured.add(weights.domains().contains(name) && !measured.contains(name) ? name : column);
            if (ColumnName.isInBits(column)) {
                inBits.add(measured.getLast());
            }
        }
        List<String> unmeasured =
                domains.stream().filter(name -> !measured.contains(name)).toList();
        if (!unmeasured.isEmpty()) {
            said.add("never measured: " + String.join(", ", unmeasured)
                    + "; they are weighted, and nothing is said of their losses");
        }
        measured.stream().filter(name -> !domains.contains(name)).forEach(domains::add);
        if (weights.inPercent()) {
            said.add("the weights are percentages");
        }
        Map<String, Integer> rows = weights.rows();
        Map<String, Integer> other = losses.rows();
        List<String> names = rows.keySet().stream().filter(other::containsKey).toList();
        if (names.isEmpty()) {
            throw new IOException(weights.csv().file() + " and " + losses.csv().file() + " are no pair: no run is in"
                    + " both; name each run alike in both");
        }
        int alone = rows.size() + other.size() - 2 * names.size();
        if (alone > 0) {
            said.add(alone + " runs are in one of the two files alone, and are left out");
        }
        List<MixtureSchedule> schedules = new ArrayList<>();
        double[][] ends = new double[names.size()][measured.size()];
        for (int i = 0; i < ends.length; i++) {
            schedules.add(weights.schedule(rows.get(names.get(i)), domains));
            for (int m = 0; m < measured.size(); m++) {
                ends[i][m] = losses.csv()
                        .number(other.get(names.get(i)), losses.losses().get(m));
            }
        }
        return Runs.of(domains, measured, names, schedules, ends, inBits, said);
    }

    private static Runs folder(Path folder, OptionalInt stages) throws IOException {
        for (String ledger : LEDGERS) {
            if (Files.isRegularFile(folder.resolve(ledger))) {
                return files(List.of(folder.resolve(ledger)), stages);
            }
        }
        List<Path> tables;
        try (Stream<Path> files = Files.list(folder)) {
            tables = files.filter(file -> file.toString().matches(".*\\.(csv|tsv)"))
                    .sorted()
                    .toList();
        }
        List<List<Path>> found = new ArrayList<>();
        List<WideTable> weights = new ArrayList<>();
        List<WideTable> losses = new ArrayList<>();
        for (Path file : tables) {
            CsvTable csv = CsvTable.read(file);
            if (isLong(csv)) {
                found.add(List.of(file));
                continue;
            }
            WideTable wide = WideTable.of(csv);
            if (wide.hasWeights() && wide.hasLosses()) {
                found.add(List.of(file));
            } else {
                (wide.hasWeights() ? weights : losses).add(wide);
            }
        }
        found.addAll(pairs(weights, losses));
        List<List<Path>> train = found.stream()
                .filter(files -> files.stream()
                        .allMatch(file -> file.getFileName().toString().startsWith(TRAIN)))
                .toList();
        List<List<Path>> chosen = train.isEmpty() ? found : train;
        if (chosen.size() != 1) {
            throw new IOException(folder + " holds "
                    + (chosen.isEmpty() ? "no runs" : "several tables of runs, " + names(chosen))
                    + ": name the file, or the file of weights and the file of losses");
        }
        return files(chosen.getFirst(), stages);
    }

    /// Files of weights and of losses that are about the same runs; of several, those whose names begin alike.
    private static List<List<Path>> pairs(List<WideTable> weights, List<WideTable> losses) throws IOException {
        List<List<Path>> pairs = new ArrayList<>();
        for (WideTable mixture : weights) {
            Set<String> runs = new HashSet<>(mixture.rows().keySet());
            List<Path> partners = new ArrayList<>();
            for (WideTable loss : losses) {
                if (loss.rows().keySet().equals(runs)) {
                    partners.add(loss.csv().file());
                }
            }
            Path own = mixture.csv().file();
            List<Path> alike = partners.stream()
                    .filter(file -> beginning(file).equals(beginning(own)))
                    .toList();
            (alike.isEmpty() ? partners : alike).forEach(file -> pairs.add(List.of(own, file)));
        }
        return pairs;
    }

    private static String beginning(Path file) {
        return file.getFileName().toString().replaceFirst("[_.-].*", "");
    }

    private static String names(List<List<Path>> tables) {
        return tables.stream()
                .map(files -> files.stream()
                        .map(file -> file.getFileName().toString())
                        .collect(Collectors.joining(" with ")))
                .collect(Collectors.joining("; "));
    }
}
