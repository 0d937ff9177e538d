package io.regmixd.training;

import io.regmixd.Progress;
import io.regmixd.engine.ComputeDevice;
import io.regmixd.engine.Llama;
import io.regmixd.engine.LlamaConfig;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What a training is to run on, as far as an [Estimate] must know it.
///
/// @param name         of the devices, `8 x H100`
/// @param devices      how many, all alike
/// @param memory       bytes of one device
/// @param productRate  floating-point operations per second of one device when it multiplies large matrices
/// @param utilisation  the share of that rate that training reaches, where it was measured
/// @param price        of one device for one hour, in any currency; 0 for one's own
public record Machine(
        String name, int devices, long memory, double productRate, OptionalDouble utilisation, double price) {

    /// What one device of a kind has, by its maker's data sheet: bytes, and operations per second in dense
    /// bfloat16.
    private record Kind(long memory, double productRate) {}

    private static final Map<String, Kind> KINDS = new TreeMap<>(Map.of(
            "A100", new Kind(80L << 30, 312e12),
            "H100", new Kind(80L << 30, 989e12),
            "H200", new Kind(141_000_000_000L, 989e12),
            "H800", new Kind(80L << 30, 989e12),
            "L40S", new Kind(48L << 30, 362e12)));

    private static final Pattern STATED = Pattern.compile("(\\d{1,5})\\s*x\\s*(\\w+)");

    private static final long SMALL = 100_000_000; // parameters outside the vocabulary
    private static final double SMALL_REACHES = 0.1;
    private static final double LARGE_REACHES = 0.4;

    private static final int MOST_TOKENS = 16_384; // of a device in a timed step
    private static final long NANOS = 1_000_000_000;
    private static final double QUICK_SECONDS = 1; // for a timed step in the best case

    /// @throws IllegalArgumentException naming the field that is out of its range
    public Machine {
        if (devices < 1 || memory < 1 || !(productRate > 0) || !(price >= 0)) {
            throw new IllegalArgumentException("devices " + devices + ", memory " + memory + ", productRate "
                    + productRate + ", price " + price + ": expected positive numbers, and a price of at least 0");
        }
    }

    /// Devices that are not here, by their maker's data sheet.
    ///
    /// @param devices how many of which kind, `8xH100`; kinds are A100, H100, H200, H800 and L40S
    /// @param price   of one for one hour
    /// @throws IllegalArgumentException if there is no such kind, or the price is negative
    public static Machine stated(String devices, double price) {
        Matcher matcher = STATED.matcher(devices.strip());
        if (!matcher.matches() || !KINDS.containsKey(matcher.group(2))) {
            throw new IllegalArgumentException(
                    "devices \"" + devices + "\": expected how many of which kind, as in 8xH100; kinds are "
                            + String.join(", ", KINDS.keySet()));
        }
        Kind kind = KINDS.get(matcher.group(2));
        int count = Integer.parseInt(matcher.group(1));
        return new Machine(
                count + " x " + matcher.group(2),
                count,
                kind.memory(),
                kind.productRate(),
                OptionalDouble.empty(),
                price);
    }

    /// The devices that are attached. Where the model fits and a step is a matter of seconds, some are timed.
    ///
    /// @param settings of the training that the estimate is for
    /// @param price    of one device for one hour
    /// @throws InterruptedException if the thread is interrupted between two steps
    public static Machine here(TrainingSettings settings, double price, Progress progress) throws InterruptedException {
        List<ComputeDevice> attached = ComputeDevice.attached();
        long memory = attached.stream()
                .mapToLong(device -> device.freeBytes().orElse(Calibration.physicalMemory() / attached.size()))
                .min()
                .orElseThrow();
        String name = attached.size() == 1
                ? attached.getFirst().toString()
                : attached.size() + " x "
                        + attached.getFirst().toString().replaceFirst(", part 1 of \\d+|(?<=^GPU) 0$", "");
        List<ComputeDevice> used = attached.subList(0, Math.min(attached.size(), settings.batch()));
        double productRate;
        try (Llama tiny = Llama.initialise(LlamaConfig.demoProxy(), new long[] {0}, used, settings.compute())) {
            productRate = tiny.productRate(2048) / used.size();
        }
        Machine here = new Machine(name, attached.size(), memory, productRate, OptionalDouble.empty(), price);
        double operations = settings.context() * settings.model().trainingFlops(settings.context());
        double inTime = QUICK_SECONDS * productRate / operations; // sequences per device
        if (inTime < 1 || Estimate.memory(settings, 1, used.size()) > memory) {
            progress.update(
                    "Measuring devices", 1, name + ": too small or too slow for this model, its share is assumed");
            return here;
        }
        try (Llama llama = Llama.initialise(settings.model(), new long[] {0}, used, settings.compute())) {
            double share = rate(llama, settings, used.size(), (int) Math.min(inTime, settings.batch()))
                    * settings.model().trainingFlops(settings.context())
                    / used.size()
                    / productRate;
            progress.update(
                    "Measuring devices",
                    1,
                    String.format(
                            Locale.ROOT,
                            "%s: %.2g operations/s each in large products, %.0f%% of it in training",
                            name,
                            productRate,
                            100 * share));
            return new Machine(name, attached.size(), memory, productRate, OptionalDouble.of(share), price);
        }
    }

    /// @param most sequences per device that do not take too long
    private static double rate(Llama llama, TrainingSettings settings, int devices, int most)
            throws InterruptedException {
        int perDevice = Math.min(Math.clamp(MOST_TOKENS / settings.context(), 1, settings.batch() / devices), most);
        int sequences = devices * perDevice;
        int[] tokens = Calibration.tokens(settings, sequences);
        llama.train(tokens, sequences, settings.context(), 1, 1e-4, 0); // warms up
        return Calibration.tokensPerSecond(llama, settings, tokens, sequences, NANOS);
    }

    /// The share of the product rate that training a model reaches: what was measured, or else 40%, and 10% for a
    /// model of fewer than 100 million parameters outside the vocabulary, which is too small to keep a GPU busy.
    /// Published times imply 34 to 48% and 6 to 27% (`docs/training.md`).
    double reached(LlamaConfig model) {
        return utilisation.orElse(model.nonEmbeddingParameters() < SMALL ? SMALL_REACHES : LARGE_REACHES);
    }
}
