package io.regmixd.export;

import io.regmixd.mixture.Mixture;
import io.regmixd.planning.Evidence;
import io.regmixd.planning.Gain;
import io.regmixd.planning.Proposal;
import io.regmixd.store.Json;
import io.regmixd.store.Sha256;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// `plan.json`: what was predicted, and from what, before any target trains.
final class PlanFile {

    private PlanFile() {}

    static Path write(Path folder, Options options, PlanReport report) throws IOException {
        PlanRequest request = report.request();
        ObjectNode json = Json.object();
        json.put("name", report.name());
        ObjectNode objective = json.putObject("objective");
        for (int d = 0; d < request.problem().domains().size(); d++) {
            if (request.problem().objective().get(d) > 0) {
                objective.put(
                        request.problem().domains().get(d),
                        request.problem().objective().get(d));
            }
        }
        json.put("unit", request.unit());
        request.top().ifPresent(top -> json.put("score_top", top));
        ObjectNode given = json.putObject("options");
        options.values().forEach((name, values) -> values.forEach(given.putArray(name)::add));
        ObjectNode files = json.putObject("runs_sha256");
        for (Path each : tables(options.all("runs").stream().map(Path::of).toList())) {
            files.put(each.getFileName().toString(), Sha256.of(each));
        }
        ArrayNode expected = json.putArray("expected");
        for (Proposal.Expected each : report.proposal().expected()) {
            ObjectNode object = expected.addObject();
            object.put("run", each.name());
            object.put("value", each.value());
            object.put("low", each.value() - report.margin(each));
            object.put("high", each.value() + report.margin(each));
            ArrayNode stages = object.putArray("stages");
            for (Mixture mixture : request.runs().trained(each.schedule()).stages()) {
                stages.add(ScheduleJson.object(mixture));
            }
        }
        ArrayNode gains = json.putArray("gains");
        for (Gain gain : report.proposal().gains()) {
            ObjectNode object = gains.addObject();
            object.put("over", gain.over());
            object.put("gain", gain.gain());
            number(object, "low", gain.low());
            number(object, "high", gain.high());
        }
        Evidence evidence = report.evidence();
        ObjectNode held = json.putObject("evidence");
        held.put("runs", evidence.runs());
        held.put("spearman", evidence.rank().spearman());
        held.put("spearman_low", evidence.rank().low());
        held.put("spearman_high", evidence.rank().high());
        held.put("mean_absolute_error", evidence.error());
        held.put("root_mean_square_error", evidence.deviation());
        held.put("spread", evidence.spread());
        number(held, "minus_weight_spearman", evidence.baseline());
        held.put("distance", report.proposal().distance());
        held.put("widest_gap", report.proposal().gap());
        ObjectNode epochs = json.putObject("epochs");
        report.epochsByDomain().forEach(epochs::put);
        ArrayNode said = json.putArray("said");
        request.notes().forEach(said::add);
        report.lines().stream().filter(line -> line.endsWith(".")).forEach(said::add);
        Path file = folder.resolve("plan.json");
        Json.write(json, file);
        return file;
    }

    private static void number(ObjectNode object, String name, double value) {
        if (Double.isNaN(value)) {
            object.putNull(name);
        } else {
            object.put(name, value);
        }
    }

    /// The tables that files and folders name.
    static List<Path> tables(List<Path> given) throws IOException {
        List<Path> tables = new ArrayList<>();
        for (Path path : given) {
            if (!Files.isDirectory(path)) {
                tables.add(path);
                continue;
            }
            try (Stream<Path> files = Files.list(path)) {
                files.filter(file -> file.toString().matches(".*\\.(csv|tsv|arrow)"))
                        .sorted()
                        .forEach(tables::add);
            }
        }
        return tables;
    }
}
