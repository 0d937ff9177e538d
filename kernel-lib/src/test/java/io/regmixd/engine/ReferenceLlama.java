package io.regmixd.engine;

import io.regmixd.store.TensorFile;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.IntStream;

/// A Llama in plain loops and float64, written from the papers (Touvron et al. 2023, arXiv 2302.13971; Su et
/// al. 2021, arXiv 2104.09864 with neighbours paired as there) and independent of the TorchScript
/// program: what the program is checked against. One model; matrices are `[rows][columns]`, row vectors times
/// matrix.
final class ReferenceLlama {

    private final LlamaConfig config;
    final Map<String, double[][]> parameters = new LinkedHashMap<>();

    /// Copies model `k` of `llama`.
    ReferenceLlama(Llama llama, int k) {
        config = llama.config();
        for (TensorFile.Tensor tensor : llama.tensors()) {
            if (tensor.name().startsWith("parameters.")) {
                int rows = (int) tensor.shape()[1];
                int columns = (int) tensor.shape()[2];
                double[][] matrix = new double[rows][columns];
                for (int i = 0; i < rows; i++) {
                    for (int j = 0; j < columns; j++) {
                        matrix[i][j] = tensor.data()[(k * rows + i) * columns + j];
                    }
                }
                parameters.put(tensor.name().substring("parameters.".length()), matrix);
            }
        }
    }

    /// Mean loss of tokens 1 to T given those before, nats.
    double loss(int[] tokens) {
        double[][] logits = logits(tokens);
        return -IntStream.range(0, logits.length)
                .mapToDouble(t -> logProbability(logits[t], tokens[t + 1]))
                .average()
                .orElseThrow();
    }

    static double logProbability(double[] logits, int token) {
        return logits[token] - Math.log(Arrays.stream(logits).map(Math::exp).sum());
    }

    /// What is known of the token after each but the last.
    double[][] logits(int[] tokens) {
        int length = tokens.length - 1;
        double[][] x = new double[length][];
        for (int t = 0; t < length; t++) {
            x[t] = parameters.get("embedding")[tokens[t]].clone();
        }
        for (int layer = 0; layer < config.layers(); layer++) {
            String block = "layer" + layer + ".";
            double[][] attended = attention(normalised(x, block + "attention_gain"), block);
            double[][] hidden = new double[length][];
            add(x, product(attended, block + "attention_output"));
            double[][] gateAndUp = product(normalised(x, block + "feed_forward_gain"), block + "gate_and_up");
            for (int t = 0; t < length; t++) {
                hidden[t] = new double[config.hidden()];
                for (int f = 0; f < config.hidden(); f++) {
                    double gate = gateAndUp[t][f];
                    hidden[t][f] = gate / (1 + Math.exp(-gate)) * gateAndUp[t][config.hidden() + f];
                }
            }
            add(x, product(hidden, block + "down"));
        }
        return product(normalised(x, "last_gain"), "output");
    }

    private double[][] attention(double[][] x, String block) {
        int length = x.length;
        int width = config.width();
        int head = width / config.heads();
        double[][] projected = product(x, block + "query_key_value");
        double[][] out = new double[length][width];
        for (int h = 0; h < config.heads(); h++) {
            double[][] query = rotated(projected, h * head, head);
            double[][] key = rotated(projected, width + h * head, head);
            for (int t = 0; t < length; t++) {
                double[] weights = new double[t + 1];
                for (int s = 0; s <= t; s++) {
                    for (int i = 0; i < head; i++) {
                        weights[s] += query[t][i] * key[s][i] / Math.sqrt(head);
                    }
                }
                double partition = Arrays.stream(weights).map(Math::exp).sum();
                for (int s = 0; s <= t; s++) {
                    for (int i = 0; i < head; i++) {
                        out[t][h * head + i] +=
                                Math.exp(weights[s]) / partition * projected[s][2 * width + h * head + i];
                    }
                }
            }
        }
        return out;
    }

    private static double[][] rotated(double[][] projected, int from, int head) {
        double[][] rotated = new double[projected.length][head];
        for (int t = 0; t < projected.length; t++) {
            for (int i = 0; i < head / 2; i++) {
                double angle = t * Math.pow(10_000, -2.0 * i / head);
                double a = projected[t][from + 2 * i];
                double b = projected[t][from + 2 * i + 1];
                rotated[t][2 * i] = a * Math.cos(angle) - b * Math.sin(angle);
                rotated[t][2 * i + 1] = b * Math.cos(angle) + a * Math.sin(angle);
            }
        }
        return rotated;
    }

    private double[][] normalised(double[][] x, String gain) {
        double[] gains = parameters.get(gain)[0];
        double[][] normalised = new double[x.length][x[0].length];
        for (int t = 0; t < x.length; t++) {
            double meanSquare = Arrays.stream(x[t]).map(v -> v * v).average().orElseThrow();
            for (int i = 0; i < gains.length; i++) {
                normalised[t][i] = x[t][i] / Math.sqrt(meanSquare + 1e-5) * gains[i];
            }
        }
        return normalised;
    }

    private double[][] product(double[][] x, String name) {
        double[][] matrix = parameters.get(name);
        double[][] product = new double[x.length][matrix[0].length];
        for (int t = 0; t < x.length; t++) {
            for (int i = 0; i < matrix.length; i++) {
                for (int j = 0; j < matrix[0].length; j++) {
                    product[t][j] += x[t][i] * matrix[i][j];
                }
            }
        }
        return product;
    }

    private static void add(double[][] x, double[][] y) {
        for (int t = 0; t < x.length; t++) {
            for (int i = 0; i < x[t].length; i++) {
                x[t][i] += y[t][i];
            }
        }
    }
}
