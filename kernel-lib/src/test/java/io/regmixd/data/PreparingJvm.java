package io.regmixd.data;

import io.regmixd.Progress;
import java.nio.file.Path;

/// A program of its own: prepares a corpus until it is killed, or until it has read a certain file.
final class PreparingJvm {

    private PreparingJvm() {}

    /// @param arguments manifest, folder of corpora, what the message holds at which it fails by itself
    public static void main(String[] arguments) throws Exception {
        Progress told = (step, fraction, message) -> {
            System.out.println(message);
            if (message.contains(arguments[2])) {
                throw new IllegalStateException("enough");
            }
        };
        System.out.println(Corpus.prepare(Path.of(arguments[0]), Path.of(arguments[1]), told));
    }
}
