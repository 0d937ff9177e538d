package io.regmixd.export;

import io.regmixd.mixture.Mixture;
import io.regmixd.mixture.MixtureSchedule;
import io.regmixd.mixture.Stages;
import io.regmixd.store.WholeFile;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.IntStream;

/// A schedule on its way to another trainer: with how long the training is there, and where each domain lies.
///
/// ```java
/// ScheduleExport.of(plan.name(), plan.schedule(), 25_000, 512, 2_048)
///     .sources("/data/pile/{domain}")
///     .write(ScheduleFormat.MEGATRON, folder);
/// MixtureSchedule again = ScheduleExport.read(folder.resolve("schedule.json"));
/// ```
///
/// Immutable.
///
/// @param name     what planned it; stands in comments
/// @param schedule the mixtures
/// @param steps    optimizer steps of the whole training, at least as many as stages
/// @param batch    sequences in a step, of all devices together
/// @param context  tokens in a sequence
/// @param sources  where each domain's text lies in the trainer's own terms: a path, a prefix, an address
/// @param heldOut   where each domain's held-out text lies, for trainers that want to be told; empty where nothing
///     was said
/// @param available tokens that there are, by domain; domains that are not named have enough
public record ScheduleExport(
        String name,
        MixtureSchedule schedule,
        int steps,
        int batch,
        int context,
        Map<String, String> sources,
        Map<String, String> heldOut,
        Map<String, Long> available) {

    private static final String DOMAIN = "{domain}";

    /// @throws IllegalArgumentException if a number is out of its range, a domain has no source, or a name is
    ///     not text that UTF-8 can write
    public ScheduleExport {
        sources = Collections.unmodifiableMap(new LinkedHashMap<>(sources));
        heldOut = Collections.unmodifiableMap(new LinkedHashMap<>(heldOut));
        available = Collections.unmodifiableMap(new LinkedHashMap<>(available));
        if (steps < schedule.size() || batch < 1 || context < 1) {
            throw new IllegalArgumentException("steps " + steps + ", batch " + batch + ", context " + context
                    + ": expected at least " + schedule.size() + " steps, one per stage, and positive numbers");
        }
        for (String domain : schedule.domains()) {
            String source = sources.get(domain);
            if (source == null || source.isEmpty()) {
                throw new IllegalArgumentException("sources: none for domain " + domain + ", name where its text lies");
            }
            if (!StandardCharsets.UTF_8.newEncoder().canEncode(name + domain + source)) {
                throw new IllegalArgumentException("the name or the source of domain " + domain
                        + " holds half a character (an unpaired surrogate), which no file can: rename it");
            }
        }
    }

    /// Each domain's source is its name; see [#sources(String)].
    ///
    /// @throws IllegalArgumentException as the constructor
    public static ScheduleExport of(String name, MixtureSchedule schedule, int steps, int batch, int context) {
        return new ScheduleExport(name, schedule, steps, batch, context, sources(schedule, DOMAIN), Map.of(), Map.of());
    }

    /// The same with each domain's source by a pattern.
    ///
    /// @param pattern has `{domain}` where the domain's name stands: `s3://bucket/tokens/{domain}`
    /// @throws IllegalArgumentException if it has not
    public ScheduleExport sources(String pattern) {
        return new ScheduleExport(
                name, schedule, steps, batch, context, sources(schedule, pattern), heldOut, available);
    }

    /// The same with each domain's held-out text by a pattern.
    ///
    /// @param pattern as in [#sources(String)]
    /// @throws IllegalArgumentException if it has no `{domain}`
    public ScheduleExport heldOut(String pattern) {
        return new ScheduleExport(
                name, schedule, steps, batch, context, sources, sources(schedule, pattern), available);
    }

    /// The same with how many tokens there are, for trainers that must be told how often text may be repeated.
    ///
    /// @param tokens by domain; a domain that is not named has enough
    public ScheduleExport available(Map<String, Long> tokens) {
        return new ScheduleExport(name, schedule, steps, batch, context, sources, heldOut, tokens);
    }

    private static Map<String, String> sources(MixtureSchedule schedule, String pattern) {
        if (!pattern.contains(DOMAIN)) {
            throw new IllegalArgumentException(
                    "sources " + pattern + " is the same for all domains: write {domain} where the name stands");
        }
        Map<String, String> sources = new LinkedHashMap<>();
        schedule.domains().forEach(domain -> sources.put(domain, pattern.replace(DOMAIN, domain)));
        return sources;
    }

    /// Writes the files of a format, each whole or not at all.
    ///
    /// @param folder made if missing
    /// @return the files, in the order of the stages where there is one per stage
    /// @throws IllegalArgumentException if the format cannot express a domain's source; names it and the remedy
    /// @throws IOException              if a file cannot be written
    public List<Path> write(ScheduleFormat format, Path folder) throws IOException {
        List<Path> written = new ArrayList<>();
        for (Map.Entry<String, String> file : format.files(this).entrySet()) {
            Path path = folder.resolve(file.getKey());
            WholeFile.write(path, out -> out.write(file.getValue().getBytes(StandardCharsets.UTF_8)));
            written.add(path);
        }
        return written;
    }

    /// Reads back a schedule that was written as [ScheduleFormat#JSON] or [ScheduleFormat#CSV], equal to the
    /// bit, or a file of one's own of that form.
    ///
    /// @param file ends in `.json` or `.csv`
    /// @throws IOException if it cannot be read or holds no schedule; names the file, the field or row, and
    ///     what is expected
    public static MixtureSchedule read(Path file) throws IOException {
        String name = file.getFileName().toString();
        if (name.endsWith(".json")) {
            return ScheduleJson.read(file);
        }
        if (name.endsWith(".csv")) {
            return ScheduleCsv.read(file);
        }
        throw new IOException(file + " ends in neither .json nor .csv: these two can be read back");
    }

    /// The stages with the steps that they cover.
    List<Span> spans() {
        Stages stages = schedule.spans(steps);
        return IntStream.range(0, stages.count())
                .mapToObj(stage -> new Span(
                        stage + 1,
                        stages.start(stage),
                        stages.end(stage),
                        schedule.stages().get(stage)))
                .toList();
    }

    /// Tokens up to a step.
    long tokens(int step) {
        return (long) step * batch * context;
    }

    /// Sequences up to a step.
    long sequences(int step) {
        return (long) step * batch;
    }

    /// The most steps that divide all stages' ends: a checkpoint every so many steps falls on each of them.
    int stride() {
        return spans().stream()
                .map(span -> BigInteger.valueOf(span.end()))
                .reduce(BigInteger::gcd)
                .orElseThrow()
                .intValueExact();
    }

    /// The stages as a list in Python, for files that are Python.
    ///
    /// @param weights of a stage, by domain
    String python(Function<Mixture, Map<String, String>> weights) {
        StringBuilder list = new StringBuilder("STAGES = [\n");
        for (Span span : spans()) {
            list.append("    {\"first_step\": ").append(span.from());
            list.append(", \"end_step\": ").append(span.end()).append(", \"weights\": {\n");
            weights.apply(span.mixture())
                    .forEach((domain, weight) -> list.append("        ")
                            .append(Quoted.text(domain))
                            .append(": ")
                            .append(weight)
                            .append(",\n"));
            list.append("    }},\n");
        }
        return list.append("]\n").toString();
    }

    /// Lines of comment that every file starts with.
    ///
    /// @param trainer    whom it is for, and the version that it was written against
    /// @param what       which part of the schedule
    /// @param directions how to use it, a line each
    String header(String trainer, String what, String... directions) {
        StringBuilder header = new StringBuilder();
        header.append("# RegMix-D schedule ")
                .append(Quoted.text(name))
                .append(", ")
                .append(what)
                .append(".\n");
        header.append("# Written for ").append(trainer).append(".\n");
        for (String line : directions) {
            header.append("# ").append(line).append('\n');
        }
        return header.toString();
    }

    /// `stage 2 of 5: steps 5000 to 9999, tokens 5242880000 to 10485760000`, steps from 0.
    String covered(Span span) {
        return "stage " + span.stage() + " of " + schedule.size() + ": steps " + span.from() + " to " + (span.end() - 1)
                + ", tokens " + tokens(span.from()) + " to " + tokens(span.end());
    }

    /// One stage.
    ///
    /// @param stage   from 1
    /// @param from    its first step, 0-based
    /// @param end     the first step after it
    /// @param mixture what it trains on
    record Span(int stage, int from, int end, Mixture mixture) {}
}
