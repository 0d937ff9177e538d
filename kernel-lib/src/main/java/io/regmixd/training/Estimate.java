package io.regmixd.training;

import io.regmixd.engine.LlamaConfig;
import io.regmixd.engine.Memory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/// What a training is going to take, told before it starts. Validation after each stage is part of it; reading the
/// corpus, planning, and whatever goes wrong are not.
///
/// @param what            is trained: `512 proxies`
/// @param machine         what it is to run on
/// @param tokens          that all models train on
/// @param operations      floating-point, of training and validation, see [LlamaConfig#trainingFlops]
/// @param utilisation     the share of the machine's product rate that the estimate counts on
/// @param measured        whether that share was measured, or else assumed
/// @param seconds         from start to end
/// @param deviceHours     of all devices that are busy or wait
/// @param memory          bytes that one device needs at least
/// @param checkpointBytes on disk at most, of models under way and trained
public record Estimate(
        String what,
        Machine machine,
        long tokens,
        double operations,
        double utilisation,
        boolean measured,
        double seconds,
        double deviceHours,
        long memory,
        long checkpointBytes) {

    private static final int STATE = 3 * Float.BYTES; // per parameter: itself and two moments
    private static final double TOO_LONG = 60 * 86_400.0;

    /// Of a sweep: each device trains proxies of its own.
    ///
    /// @param domains that are validated on
    public static Estimate sweep(TrainingSettings settings, int proxies, int domains, Machine machine) {
        int busy = Math.min(proxies, machine.devices());
        long underWay = Math.min(proxies, (long) ProxySweep.TOGETHER_ON_GPU * busy);
        long states = 2L * STATE * settings.model().parameters() * underWay;
        return of(proxies + " proxies", settings, proxies, domains, machine, busy, memory(settings, 1, 1), states);
    }

    /// Of a target run: all devices share each step, and the methods of one seed train together as far as they fit.
    ///
    /// @param domains that are validated on
    public static Estimate target(TrainingSettings settings, int methods, int seeds, int domains, Machine machine) {
        int busy = Math.min(settings.batch(), machine.devices());
        long states = (2L * seeds + 1) * STATE * settings.model().parameters() * methods;
        int targets = methods * seeds;
        return of(
                targets + (targets == 1 ? " target" : " targets"),
                settings,
                targets,
                domains,
                machine,
                busy,
                memory(settings, 1, busy),
                states);
    }

    private static Estimate of(
            String what,
            TrainingSettings settings,
            int models,
            int domains,
            Machine machine,
            int busy,
            long memory,
            long states) {
        LlamaConfig model = settings.model();
        double forward = (settings.stages() + 1.0) * domains * settings.validationTokens() / 3; // of three parts
        double operations = models * (settings.tokens() + forward) * model.trainingFlops(settings.context());
        double reached = machine.reached(model);
        double seconds = operations / (busy * reached * machine.productRate());
        return new Estimate(
                what,
                machine,
                models * settings.tokens(),
                operations,
                reached,
                machine.utilisation().isPresent(),
                seconds,
                machine.devices() * seconds / 3600,
                memory,
                states);
    }

    /// Bytes that models trained together need on each device at least.
    static long memory(TrainingSettings settings, int models, int devices) {
        return new Memory(settings.model(), models, settings.context(), settings.compute(), devices).least();
    }

    /// Throws if something is in the way of one of these, and says what they would take elsewhere.
    ///
    /// @param here      trainings on this machine
    /// @param folder    as in [#obstacles]
    /// @param elsewhere the same on other machines
    /// @throws IllegalStateException if one of the first cannot be done
    /// @throws IOException           if the folder's disk cannot be asked
    public static void requirePossible(List<Estimate> here, Path folder, List<Estimate> elsewhere) throws IOException {
        List<String> obstacles = new ArrayList<>();
        for (Estimate estimate : here) {
            obstacles.addAll(estimate.obstacles(folder));
        }
        if (!obstacles.isEmpty()) {
            String there = elsewhere.stream().map(Estimate::price).collect(Collectors.joining("; "));
            throw new IllegalStateException("this machine cannot train that, and nothing was begun.\n"
                    + String.join("\n", obstacles) + "\nElsewhere, as estimated: " + there + ".");
        }
    }

    private String price() {
        return String.format(Locale.ROOT, "%s on %s in %.3g h for %,.0f", what, machine.name(), seconds / 3600, cost());
    }

    /// At the machine's price per device-hour.
    public double cost() {
        return deviceHours * machine.price();
    }

    /// Why this cannot be done, in sentences; empty where nothing is in the way.
    ///
    /// @param folder where models are going to lie; need not exist
    /// @throws IOException if its disk cannot be asked
    public List<String> obstacles(Path folder) throws IOException {
        List<String> obstacles = new ArrayList<>();
        if (memory > machine.memory()) {
            obstacles.add(String.format(
                    Locale.ROOT,
                    "%s: %.0f GB of memory per device, and %s has %.0f GB.",
                    what,
                    memory / 1e9,
                    machine.name(),
                    machine.memory() / 1e9));
        }
        if (seconds > TOO_LONG) {
            obstacles.add(String.format(Locale.ROOT, "%s: %,.0f days on %s.", what, seconds / 86_400, machine.name()));
        }
        Path there = folder.toAbsolutePath();
        while (!Files.exists(there)) {
            there = there.getParent();
        }
        long free = Files.getFileStore(there).getUsableSpace();
        if (checkpointBytes > free) {
            obstacles.add(String.format(
                    Locale.ROOT,
                    "%s: up to %.0f GB of saved models, and %s has %.0f GB left.",
                    what,
                    checkpointBytes / 1e9,
                    there,
                    free / 1e9));
        }
        return obstacles;
    }

    /// `1 target on 8 x H100: 26.2 billion tokens, 2.1e+20 operations, 18.4 h, ...`.
    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%s on %s: %,.4g billion tokens, %.2g operations, %.3g h, %,.4g device-hours, cost %,.0f, %.0f%% of the"
                        + " product rate %s, %.2g GB per device, up to %.2g GB of saved models",
                what,
                machine.name(),
                tokens / 1e9,
                operations,
                seconds / 3600,
                deviceHours,
                cost(),
                100 * utilisation,
                measured ? "measured" : "assumed",
                memory / 1e9,
                checkpointBytes / 1e9);
    }
}
