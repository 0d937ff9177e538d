package io.regmixd.regression;

import com.microsoft.ml.lightgbm.PredictionType;
import io.github.metarank.lightgbm4j.LGBMBooster;
import io.github.metarank.lightgbm4j.LGBMDataset;
import io.github.metarank.lightgbm4j.LGBMException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// LightGBM with RegMix's settings; see [Regressor#lightGbm()].
///
/// The model is read out of LightGBM's text format into [FlatTrees], so that no native memory outlives the fit.
record LightGbm() implements Regressor {

    private static final int ROUNDS = 1000;
    // one thread: the domains are fitted side by side; all else is LightGBM's default
    private static final String SETTINGS =
            "objective=regression metric=l1,l2 learning_rate=0.01 seed=42 num_threads=1 verbosity=-1";

    @Override
    public String name() {
        return "lightgbm";
    }

    /// Of whole runs on the bare weights and losses.
    @Override
    public Regression fit(Rows x, double[] y, long seed) throws InterruptedException {
        x.requireUsable(y);
        double[] target = x.areRuns() ? Arrays.stream(y).map(Math::exp).toArray() : y;
        try (Fitted fitted = Fitted.of(x.bare(), target)) {
            FlatTrees trees = fitted.trees();
            return x.areRuns()
                    ? queries -> Arrays.stream(trees.predict(queries.bare()))
                            .map(Math::log)
                            .toArray()
                    : queries -> trees.predict(queries.bare());
        } catch (LGBMException e) {
            throw new IllegalStateException("LightGBM: " + e.getMessage(), e);
        } catch (LinkageError e) {
            throw new IllegalStateException(
                    "LightGBM's native library needs the system's libgomp.so.1 (Debian: libgomp1), or this machine is"
                            + " not one that it was built for; Regressor.boosting() needs no native library.",
                    e);
        }
    }

    /// A booster and its rows, in native memory.
    static final class Fitted implements AutoCloseable {

        static {
            loadNatives();
        }

        private final LGBMDataset rows;
        private final LGBMBooster booster;

        private Fitted(LGBMDataset rows, LGBMBooster booster) {
            this.rows = rows;
            this.booster = booster;
        }

        /// The wrapper unpacks its libraries to fixed names in the temporary folder, again in each process: one that
        /// fits would crash when another begins to. So they get a folder of this process's own for that moment.
        private static void loadNatives() {
            String folder = "java.io.tmpdir";
            String shared = System.getProperty(folder);
            try {
                Path own = Files.createTempDirectory("lightgbm-");
                System.setProperty(folder, own.toString());
                try {
                    LGBMBooster.loadNative();
                } finally {
                    System.setProperty(folder, shared);
                    for (String library : List.of("lib_lightgbm.so", "lib_lightgbm_swig.so")) {
                        Files.deleteIfExists(own.resolve(library)); // mapped by now
                    }
                    Files.deleteIfExists(own);
                }
            } catch (IOException e) {
                throw new LinkageError(
                        "LightGBM's libraries cannot be unpacked into " + shared + ": " + e.getMessage(), e);
            }
        }

        static Fitted of(double[][] x, double[] y) throws LGBMException, InterruptedException {
            LGBMDataset rows =
                    LGBMDataset.createFromMat(flat(x), x.length, x[0].length, true, "num_threads=1 verbosity=-1", null);
            float[] target = new float[y.length];
            for (int i = 0; i < y.length; i++) {
                target[i] = (float) y[i];
            }
            rows.setField("label", target);
            Fitted fitted = new Fitted(rows, LGBMBooster.create(rows, SETTINGS));
            for (int round = 0; round < ROUNDS; round++) {
                if (Thread.interrupted()) {
                    fitted.close();
                    throw new InterruptedException("fitting LightGBM");
                }
                fitted.booster.updateOneIter();
            }
            return fitted;
        }

        /// LightGBM's own predictions.
        double[] predict(double[][] x) throws LGBMException {
            return booster.predictForMat(flat(x), x.length, x[0].length, true, PredictionType.C_API_PREDICT_NORMAL);
        }

        FlatTrees trees() throws LGBMException {
            String model = booster.saveModelToString(0, 0, LGBMBooster.FeatureImportanceType.SPLIT);
            String[] sections =
                    model.substring(0, model.indexOf("end of trees")).split("Tree=", -1);
            FlatTrees.Growing trees = new FlatTrees.Growing(sections.length - 1);
            for (int t = 1; t < sections.length; t++) {
                new TreeText(sections[t]).growInto(trees);
            }
            return trees.trees(0);
        }

        @Override
        public void close() throws LGBMException {
            booster.close();
            rows.close();
        }

        private static double[] flat(double[][] x) {
            return Arrays.stream(x).flatMapToDouble(Arrays::stream).toArray();
        }
    }

    /// One tree of LightGBM's text format: lines `key=values`; a child below 0 is leaf `-child - 1`. Without
    /// missing values every split is `at most the threshold`.
    private static final class TreeText {

        private final Map<String, String[]> lines = new HashMap<>();

        TreeText(String section) {
            section.lines().forEach(line -> {
                int equals = line.indexOf('=');
                if (equals > 0) {
                    lines.put(
                            line.substring(0, equals),
                            line.substring(equals + 1).split(" ", -1));
                }
            });
        }

        void growInto(FlatTrees.Growing trees) {
            boolean leafOnly = lines.get("num_leaves")[0].equals("1");
            trees.root(grow(leafOnly ? -1 : 0, trees), leafOnly ? 0 : depth(0));
        }

        private int grow(int node, FlatTrees.Growing trees) {
            return node < 0
                    ? trees.leaf(number("leaf_value", -node - 1))
                    : trees.split(
                            (int) number("split_feature", node),
                            number("threshold", node),
                            grow((int) number("left_child", node), trees),
                            grow((int) number("right_child", node), trees));
        }

        private int depth(int node) {
            return node < 0
                    ? 0
                    : 1 + Math.max(depth((int) number("left_child", node)), depth((int) number("right_child", node)));
        }

        private double number(String key, int i) {
            return Double.parseDouble(lines.get(key)[i]);
        }
    }
}
