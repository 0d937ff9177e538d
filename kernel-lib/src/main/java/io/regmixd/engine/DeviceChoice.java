package io.regmixd.engine;

import ai.djl.Device;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/// Which devices the user wants to train on, by the variable `REGMIXD_DEVICE`: `auto` (all GPUs, else the CPU), `cpu`,
/// `gpu` (all), or `gpu:0,2` (these, by PyTorch's numbers).
///
/// A GPU that is asked for, or that the driver shows, and that PyTorch cannot use is an error: the CPU never takes its
/// place without a word.
///
/// @param name    as it was given
/// @param numbers of the GPUs that are named; empty for all or none
record DeviceChoice(String name, List<Integer> numbers) {

    static final String VARIABLE = "REGMIXD_DEVICE";

    private static final Pattern FORM = Pattern.compile("auto|cpu|gpu(:\\d{1,4}(,\\d{1,4})*)?");

    /// @throws IllegalArgumentException if it is none of the forms
    static DeviceChoice parse(String text) {
        String name = text == null || text.isEmpty() ? "auto" : text;
        if (!FORM.matcher(name).matches()) {
            throw new IllegalArgumentException(VARIABLE + "=" + name + " is none of auto, cpu, gpu, gpu:0,2");
        }
        List<Integer> numbers = name.startsWith("gpu:")
                ? Arrays.stream(name.substring("gpu:".length()).split(",", -1))
                        .map(Integer::valueOf)
                        .distinct()
                        .toList()
                : List.of();
        return new DeviceChoice(name, numbers);
    }

    /// The GPUs to train on; none means the CPU.
    ///
    /// @param usable  those that PyTorch sees
    /// @param visible how many the driver shows; asked where PyTorch sees none
    /// @throws IllegalStateException if one is asked for or there, and not usable; the message says what to do
    Gpus among(Gpus usable, IntSupplier visible) {
        if (name.equals("cpu")) {
            return new Chosen(usable, List.of());
        }
        int count = usable.count();
        if (count == 0 && (name.startsWith("gpu") || visible.getAsInt() > 0)) {
            throw new IllegalStateException((name.startsWith("gpu")
                            ? VARIABLE + "=" + name + " asks for a GPU"
                            : "nvidia-smi shows a GPU on this machine")
                    + ", and PyTorch can use none: start by ./run-notebook with PyTorch for CUDA installed"
                    + " (docs/gpu.md), or set " + VARIABLE + "=cpu to train on the CPU");
        }
        for (int number : numbers) {
            if (number >= count) {
                throw new IllegalStateException(VARIABLE + "=" + name + " asks for GPU " + number
                        + ", and PyTorch sees GPUs 0 to " + (count - 1) + " alone: name one of them");
            }
        }
        return new Chosen(
                usable, numbers.isEmpty() ? IntStream.range(0, count).boxed().toList() : numbers);
    }

    /// How many GPUs the NVIDIA driver shows to this process; 0 where there is none.
    static int visible(Map<String, String> environment) {
        String hidden = environment.getOrDefault("CUDA_VISIBLE_DEVICES", "all");
        if (hidden.isEmpty() || hidden.equals("-1")) {
            return 0;
        }
        try {
            Process process = new ProcessBuilder("nvidia-smi", "--list-gpus")
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            try (var lines = process.inputReader()) {
                int count = (int)
                        lines.lines().filter(line -> line.startsWith("GPU ")).count();
                return process.waitFor(1, TimeUnit.MINUTES) && process.exitValue() == 0 ? count : 0;
            }
        } catch (IOException e) {
            return 0; // no such program
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 0;
        }
    }

    /// Some of the GPUs, under their own numbers.
    private static final class Chosen extends Gpus {

        private static final long serialVersionUID = 1;

        private final Gpus all;
        private final int[] numbers;

        Chosen(Gpus all, List<Integer> numbers) {
            this.all = all;
            this.numbers = numbers.stream().mapToInt(n -> n).toArray();
        }

        @Override
        public int count() {
            return numbers.length;
        }

        @Override
        String name(int number) {
            return all.name(numbers[number]);
        }

        @Override
        Device device(int number) {
            return all.device(numbers[number]);
        }

        @Override
        OptionalLong freeBytes(int number) {
            return all.freeBytes(numbers[number]);
        }
    }
}
