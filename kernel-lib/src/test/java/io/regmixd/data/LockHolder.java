package io.regmixd.data;

import io.regmixd.store.LockFile;
import java.nio.file.Path;

/// A program of its own: holds the lock of a folder until it is killed.
final class LockHolder {

    private LockHolder() {}

    public static void main(String[] arguments) throws Exception {
        try (LockFile _ =
                LockFile.tryLock(Path.of(arguments[0]).resolve(".lock")).orElseThrow()) {
            System.out.println("locked");
            while (System.in.read() >= 0) {
                // until it ends
            }
        }
    }
}
