package io.regmixd.export;

import io.regmixd.Progress;
import io.regmixd.mixture.Mixture;
import io.regmixd.mixture.MixtureRow;
import io.regmixd.mixture.MixtureSchedule;
import io.regmixd.mixture.Stages;
import io.regmixd.planning.OnlinePlanner;
import io.regmixd.planning.Plan;
import io.regmixd.store.Json;
import io.regmixd.store.Provenance;
import io.regmixd.store.WholeFile;
import io.regmixd.trajectory.Trajectory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// An online planner that a trainer in another process asks, a line of JSON a question.
///
/// `{"step": 5000, "losses": {"web": 2.31, ...}}` says how many steps are behind and what the validation losses
/// are now, nats per token, of all domains. The answer says what to train on next, and until when: `{"step":
/// 5000, "stage": 2, "until_step": 10000, "mixture": {"web": 0.4, ...}, "predicted": {...}, "warnings":
/// [...]}`, where `predicted` are the losses to expect at the end of the training, at the proxies' size. The
/// first question is step 0, whose losses may be left out. What cannot be answered is answered with `{"error":
/// "..."}`.
///
/// A decision stands: asked for the same step again, the dialogue repeats its answer, also one that an earlier
/// process gave if it left a log. Such an answer has `"replayed": true` in addition; the losses of its question
/// were not looked at.
final class OnlineDialogue {

    private static final List<String> FIELDS = List.of("step", "losses");

    private static final String REMEDY = "Name another log, or delete this one to plan afresh.";

    private final OnlinePlanner planner;
    private final List<String> domains;
    private final int stages;
    private final Stages spans;
    private final Optional<Path> log;
    private final Provenance provenance;
    private final List<ObjectNode> answers = new ArrayList<>();
    private final List<double[]> losses = new ArrayList<>(); // before the first stage and after each

    /// @param untrained losses of untrained models, in the place of those that the first question leaves out
    /// @param log       where questions and answers are kept
    /// @param provenance all that decides the answers; a log of another is refused
    /// @throws IllegalArgumentException if there are fewer steps than stages
    /// @throws IOException              if the log is damaged or of another planner; names what differs and
    ///     the remedy
    OnlineDialogue(
            OnlinePlanner planner,
            List<String> domains,
            double[] untrained,
            int stages,
            int steps,
            Optional<Path> log,
            Provenance provenance)
            throws IOException {
        if (steps < stages) {
            throw new IllegalArgumentException(
                    "steps " + steps + ": expected at least " + stages + ", one per stage of the proxies");
        }
        this.planner = planner;
        this.domains = domains;
        this.stages = stages;
        this.spans = Stages.of(stages, steps);
        this.log = log;
        this.provenance = provenance;
        losses.add(untrained.clone());
        if (log.isPresent() && Files.exists(log.get())) {
            read(log.get());
        }
    }

    private void read(Path file) throws IOException {
        try {
            ObjectNode saved = Json.parse(Files.readString(file));
            provenance.require(file, saved, REMEDY);
            for (JsonNode exchange : saved.path("exchanges")) {
                int stage = answers.size();
                if (exchange.has("losses")) {
                    setLosses(stage, losses(exchange.get("losses")));
                }
                if (!(exchange.get("answer") instanceof ObjectNode answer)) {
                    throw new IllegalArgumentException("is damaged: exchange " + (stage + 1) + " has no answer");
                }
                mixture(answer);
                answers.add(answer);
            }
        } catch (RuntimeException e) {
            throw new IOException("log " + file + " " + e.getMessage() + "\n" + REMEDY, e);
        }
    }

    /// @param line a question
    /// @return the answer, on one line
    /// @throws IOException          if the log cannot be written
    /// @throws InterruptedException if the thread is interrupted while it plans
    String answer(String line) throws IOException, InterruptedException {
        try {
            return Json.line(answer(Json.parse(line)));
        } catch (RuntimeException e) { // whatever a planner throws is no reason to leave the trainer alone
            return Json.line(Json.object().put("error", e.getMessage() == null ? e.toString() : e.getMessage()));
        }
    }

    private ObjectNode answer(ObjectNode question) throws IOException, InterruptedException {
        for (String field : question.propertyNames()) {
            if (!FIELDS.contains(field)) {
                throw new IllegalArgumentException(field + ": there is no such field; known are " + FIELDS);
            }
        }
        int stage = stage(question.get("step"));
        if (stage < answers.size()) {
            return answers.get(stage).deepCopy().put("replayed", true);
        }
        if (stage > answers.size()) {
            throw new IllegalArgumentException(
                    "step: " + start(stage) + " comes too early; ask at step " + start(answers.size()) + " first");
        }
        double[] before = losses.size() > stage ? losses.get(stage) : null;
        if (stage > 0 || question.has("losses")) {
            setLosses(stage, losses(question.get("losses")));
        }
        try {
            Plan plan = plan(stage);
            ObjectNode answer = answer(stage, plan);
            write(answer);
            answers.add(answer);
            return answer;
        } finally {
            if (answers.size() == stage) { // not answered: the question may come again with other losses
                losses.remove(stage);
                if (before != null) {
                    losses.add(before);
                }
            }
        }
    }

    private int start(int stage) {
        return spans.start(stage);
    }

    private int stage(JsonNode value) {
        double step = Json.number(value, "step");
        List<Integer> starts = new ArrayList<>();
        for (int stage = 0; stage < stages; stage++) {
            if (start(stage) == step) {
                return stage;
            }
            starts.add(start(stage));
        }
        throw new IllegalArgumentException(
                "step: " + value + " starts no stage; of " + spans.steps() + " steps these do: " + starts);
    }

    private double[] losses(JsonNode given) {
        if (!(given instanceof ObjectNode object)) {
            throw new IllegalArgumentException("losses: " + (given == null ? "missing" : "is " + given)
                    + ", expected an object with the validation loss of each of " + domains);
        }
        for (String domain : object.propertyNames()) {
            if (!domains.contains(domain)) {
                throw new IllegalArgumentException(
                        "losses." + domain + ": the proxies had no such domain; they had " + domains);
            }
        }
        double[] numbers = new double[domains.size()];
        for (int d = 0; d < numbers.length; d++) {
            String field = "losses." + domains.get(d);
            numbers[d] = Json.number(object.get(domains.get(d)), field);
            if (numbers[d] <= 0) {
                throw new IllegalArgumentException(field + ": is " + numbers[d] + ", expected nats per token, above 0");
            }
        }
        return numbers;
    }

    private void setLosses(int stage, double[] now) {
        if (losses.size() > stage) {
            losses.set(stage, now);
        } else {
            losses.add(now);
        }
    }

    private Plan plan(int stage) throws InterruptedException {
        if (stage == 0) {
            return planner.plan(stages, Progress.SILENT);
        }
        List<Mixture> trained = answers.stream().map(this::mixture).toList();
        Trajectory soFar = new Trajectory(
                "the asking trainer",
                new MixtureSchedule(trained),
                losses.toArray(double[][]::new),
                OptionalInt.empty());
        return planner.replan(soFar, stages, Progress.SILENT);
    }

    private Mixture mixture(ObjectNode answer) {
        Mixture mixture = MixtureRow.mixtures(ScheduleJson.rows(1, answer.get("mixture"), "mixture"), "mixture")
                .getFirst();
        mixture.requireDomains(domains);
        return mixture;
    }

    private ObjectNode answer(int stage, Plan plan) {
        ObjectNode answer = Json.object();
        answer.put("step", start(stage));
        answer.put("stage", stage + 1);
        answer.put("until_step", start(stage + 1));
        answer.set("mixture", ScheduleJson.object(plan.schedule().stages().get(stage)));
        plan.predictedFinalLosses().ifPresent(predicted -> {
            ObjectNode object = answer.putObject("predicted");
            for (int d = 0; d < domains.size(); d++) {
                object.put(domains.get(d), predicted[d]);
            }
        });
        ArrayNode warnings = answer.putArray("warnings");
        plan.warnings().forEach(warnings::add);
        return answer;
    }

    /// With one answer more.
    private void write(ObjectNode answer) throws IOException {
        if (log.isEmpty()) {
            return;
        }
        ObjectNode saved = Json.object();
        provenance.putInto(saved);
        ArrayNode exchanges = saved.putArray("exchanges");
        for (int stage = 0; stage <= answers.size(); stage++) {
            ObjectNode exchange = exchanges.addObject();
            ObjectNode shown = exchange.putObject("losses");
            for (int d = 0; d < domains.size(); d++) {
                shown.put(domains.get(d), losses.get(stage)[d]);
            }
            exchange.set("answer", stage < answers.size() ? answers.get(stage) : answer);
        }
        byte[] text = (Json.line(saved) + "\n").getBytes(StandardCharsets.UTF_8);
        WholeFile.write(log.get(), out -> out.write(text));
    }
}
