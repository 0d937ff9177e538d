package io.regmixd.engine;

import com.sun.management.OperatingSystemMXBean;
import io.regmixd.store.TensorFile;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;

/// Says within minutes whether a machine's devices can be trusted: what `./run-notebook --check-devices` starts.
///
/// On each device a model of each size takes three steps, is saved and restored after the second, and takes the
/// third again. All devices together do the same, with 1B they alone: it would take minutes on each. Losses and
/// gradient norms in float32 must be the CPU's within [#LOSS] and [#NORM], in bfloat16 within [#BFLOAT16], and
/// the restored model's step the first one's to the last digit.
final class DeviceCheck {

    /// Relative difference between the losses of two kinds of device, as `tools/gpu/check.py` has it.
    static final double LOSS = 1e-4;

    /// Likewise of gradient norms.
    static final double NORM = 1e-3;

    /// Likewise of losses in bfloat16.
    static final double BFLOAT16 = 1e-2;

    private static final double MACHINE_SHARE = 0.8;
    private static final long LARGE = 1_000_000_000;
    private static final Compute EXACT = new Compute(Precision.FLOAT32, false, true);
    private static final int CONTEXT = 64;
    private static final int STEPS = 3;
    private static final double RATE = 1e-3;
    private static final double DECAY = 0.1;

    private final List<ComputeDevice> devices;
    private final ComputeDevice reference;
    private final Path folder;
    private final PrintStream out;

    /// @param devices   to be checked
    /// @param reference what they are compared with: the CPU
    /// @param folder    for a saved model at a time
    DeviceCheck(List<ComputeDevice> devices, ComputeDevice reference, Path folder, PrintStream out) {
        this.devices = devices;
        this.reference = reference;
        this.folder = folder;
        this.out = out;
    }

    /// Sizes by [LlamaConfig#preset]; without, those of the demo on a CPU, RegMix's on GPUs.
    public static void main(String[] args) throws IOException {
        try {
            List<ComputeDevice> devices = ComputeDevice.attached();
            List<String> usual =
                    devices.getFirst().isGpu() ? List.of("1M", "60M", "1B") : List.of("demo", "demo-target");
            List<String> sizes = args.length > 0 ? List.of(args) : usual;
            sizes.forEach(LlamaConfig::preset);
            Path folder = Files.createTempDirectory("regmixd-check");
            boolean trusted;
            try {
                trusted = new DeviceCheck(devices, ComputeDevice.cpu(), folder, System.out).trusts(sizes);
            } finally {
                Files.deleteIfExists(folder);
            }
            System.exit(trusted ? 0 : 1);
        } catch (IllegalStateException | IllegalArgumentException e) {
            System.err.println(e.getMessage());
            System.exit(2);
        }
    }

    /// Checks all sizes and prints a line of each on each device.
    ///
    /// @return whether all that fits is right, and something fits everywhere
    boolean trusts(List<String> sizes) throws IOException {
        List<String> wrong = new ArrayList<>();
        int right = 0;
        for (String size : sizes) {
            LlamaConfig config = LlamaConfig.preset(size);
            if (!comparable(config)) {
                out.printf(
                        Locale.ROOT, "%-12s not checked: memory or temporary folder hold no copy to compare%n", size);
                continue;
            }
            List<List<ComputeDevice>> groups = groups(config);
            List<List<ComputeDevice>> fitting =
                    groups.stream().filter(group -> fits(config, group)).toList();
            groups.stream()
                    .filter(group -> !fitting.contains(group))
                    .forEach(group -> out.printf(
                            Locale.ROOT,
                            "%-12s %s: does not fit into %.1f GB%n",
                            size,
                            names(group),
                            group.getFirst().freeBytes().orElse(0) / 1e9));
            if (!fitting.isEmpty()) {
                List<Llama.Step> expected = expected(config);
                for (List<ComputeDevice> group : fitting) {
                    if (told(size, config, group, expected)) {
                        right++;
                    } else {
                        wrong.add(size + " on " + names(group));
                    }
                }
            }
        }
        boolean trusted = wrong.isEmpty() && right > 0;
        out.println(
                trusted
                        ? "These devices can be trusted with what fits: " + right + " checks, all right."
                        : right == 0 && wrong.isEmpty()
                                ? "Nothing was checked: no size fits."
                                : "Do not train on this machine. Wrong: " + String.join("; ", wrong) + ".");
        return trusted;
    }

    /// Whether the machine itself has room for one such model and for its file.
    private boolean comparable(LlamaConfig config) throws IOException {
        long memory = new Memory(config, 1, CONTEXT, EXACT, 1).least();
        long file = 3L * Float.BYTES * config.parameters();
        OperatingSystemMXBean machine = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
        return memory < MACHINE_SHARE * machine.getTotalMemorySize()
                && file < MACHINE_SHARE * Files.getFileStore(folder).getUsableSpace();
    }

    /// Each device alone, then all together.
    private List<List<ComputeDevice>> groups(LlamaConfig config) {
        List<List<ComputeDevice>> groups = new ArrayList<>();
        if (devices.size() == 1 || config.parameters() < LARGE) {
            devices.forEach(device -> groups.add(List.of(device)));
        }
        if (devices.size() > 1) {
            groups.add(devices);
        }
        return groups;
    }

    private static String names(List<ComputeDevice> group) {
        return group.size() == 1 ? group.getFirst().toString() : "all " + group.size() + " together";
    }

    private static boolean fits(LlamaConfig config, List<ComputeDevice> group) {
        Memory memory = new Memory(config, 1, CONTEXT, EXACT, group.size());
        return group.stream().allMatch(device -> {
            var free = device.freeBytes();
            return free.isEmpty() || memory.fits(free.getAsLong());
        });
    }

    private boolean told(String size, LlamaConfig config, List<ComputeDevice> group, List<Llama.Step> expected)
            throws IOException {
        long start = System.nanoTime();
        String found;
        boolean right;
        try {
            List<String> differences = differences(config, group, expected);
            right = differences.isEmpty();
            found = right ? "right" : String.join("; ", differences);
        } catch (RuntimeException e) { // whatever a broken device makes of it
            right = false;
            found = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
        }
        out.printf(
                Locale.ROOT, "%-12s %s: %s (%.1f s)%n", size, names(group), found, (System.nanoTime() - start) / 1e9);
        return right;
    }

    private List<Llama.Step> expected(LlamaConfig config) {
        try (Llama llama = Llama.initialise(config, new long[] {1}, List.of(reference), EXACT)) {
            List<Llama.Step> steps = new ArrayList<>();
            for (int step = 1; step <= STEPS; step++) {
                steps.add(step(llama, step));
            }
            return steps;
        }
    }

    /// The same sequences everywhere: as many as the devices.
    private Llama.Step step(Llama llama, int step) {
        int sequences = devices.size();
        int[] tokens = new Random(step)
                .ints(sequences * (CONTEXT + 1L), 0, llama.config().vocabulary())
                .toArray();
        return llama.train(tokens, sequences, CONTEXT, step, RATE, DECAY).getFirst();
    }

    private List<String> differences(LlamaConfig config, List<ComputeDevice> group, List<Llama.Step> expected)
            throws IOException {
        List<String> differences = new ArrayList<>();
        Path file = folder.resolve("model.arrow");
        Llama.Step last;
        try (Llama llama = Llama.initialise(config, new long[] {1}, group, EXACT)) {
            for (int step = 1; step < STEPS; step++) {
                differences.addAll(compared("step " + step, expected.get(step - 1), step(llama, step), LOSS));
            }
            TensorFile.write(file, Map.of(), llama.tensors());
            last = step(llama, STEPS);
            differences.addAll(compared("step " + STEPS, expected.getLast(), last, LOSS));
        }
        try (TensorFile saved = TensorFile.open(file);
                Llama llama = Llama.restore(config, 1, saved, group, EXACT)) {
            Llama.Step again = step(llama, STEPS);
            if (!again.equals(last)) {
                differences.add("after saving and restoring, step " + STEPS + " gave " + again + " instead of " + last);
            }
        } finally {
            Files.deleteIfExists(file);
        }
        try (Llama llama = Llama.initialise(config, new long[] {1}, group, Compute.BFLOAT16)) {
            differences.addAll(compared("in bfloat16, step 1", expected.getFirst(), step(llama, 1), BFLOAT16));
        }
        return differences;
    }

    /// What is wrong with a step, in words; nothing where it is right.
    ///
    /// @param tolerance of the loss, relative; the norm has ten times as much
    static List<String> compared(String what, Llama.Step expected, Llama.Step shown, double tolerance) {
        double[][] pairs = {
            {expected.loss(), shown.loss(), tolerance},
            {expected.gradientNorm(), shown.gradientNorm(), tolerance * NORM / LOSS}
        };
        boolean right = Arrays.stream(pairs).allMatch(pair -> Math.abs(pair[1] / pair[0] - 1) <= pair[2]);
        return right ? List.of() : List.of(what + " gave " + shown + ", the CPU " + expected);
    }
}
