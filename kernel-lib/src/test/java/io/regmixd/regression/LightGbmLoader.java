package io.regmixd.regression;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/// Fits LightGBM in a process with a temporary folder of its own, and prints what is left there.
final class LightGbmLoader {

    private LightGbmLoader() {}

    public static void main(String[] args) throws Exception {
        System.setProperty("java.io.tmpdir", args[0]);
        try (LightGbm.Fitted fitted = LightGbm.Fitted.of(new double[100][1], new double[100]);
                Stream<Path> left = Files.list(Path.of(args[0]))) {
            System.out.println("predicted " + fitted.predict(new double[1][1])[0] + ", left "
                    + left.map(Path::getFileName)
                            .map(Path::toString)
                            .filter(name -> name.contains("lightgbm"))
                            .toList());
        }
    }
}
