package io.regmixd.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.regmixd.OtherJvm;
import io.regmixd.Progress;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunFolderTest {

    @TempDir
    Path parent;

    /// Holds a folder until its standard input ends.
    static final class Holder {
        public static void main(String[] args) throws IOException {
            try (RunFolder held = RunFolder.open(Path.of(args[0]))) {
                System.out.println("holding " + held.path().getFileName());
                while (System.in.read() >= 0) {
                    // until it ends
                }
            } catch (IOException e) {
                System.out.println(e.getMessage());
            }
        }
    }

    @Test
    void openMakesTheFolderAndNamesFilesInIt() throws IOException {
        Path folder = parent.resolve("runs/first");
        try (RunFolder run = RunFolder.open(folder)) {
            assertThat(folder).isDirectory();
            assertThat(run.file("sweep.arrow")).isEqualTo(folder.toRealPath().resolve("sweep.arrow"));
            assertThat(run.file("checkpoints/a.arrow").getParent())
                    .isEqualTo(run.path().resolve("checkpoints"));
            for (String outside : new String[] {"../x", "/etc/passwd", "a/../../x", "", "."}) {
                assertThatIllegalArgumentException()
                        .isThrownBy(() -> run.file(outside))
                        .withMessageContaining("does not lie in the run folder");
            }
        }
    }

    @Test
    void secondOpenInTheSameSessionFailsAndTheFirstStillHolds() throws Exception {
        RunFolder run = RunFolder.open(parent);
        assertThatIOException()
                .isThrownBy(() -> RunFolder.open(parent.resolve("../" + parent.getFileName())))
                .withMessageContainingAll(
                        "is in use by process " + ProcessHandle.current().pid(), "this very session");
        try (OtherJvm other = new OtherJvm("", Holder.class, parent.toString())) {
            assertThat(other.line())
                    .contains("is in use by process " + ProcessHandle.current().pid());
        }
        run.close();
        run.close();
        assertThatIllegalStateException().isThrownBy(() -> run.file("x")).withMessageContaining("was closed");
        RunFolder.open(parent).close();
    }

    @Test
    void folderOfAnotherSessionIsRefusedUntilThatSessionDies() throws Exception {
        try (OtherJvm owner = new OtherJvm("", Holder.class, parent.toString())) {
            assertThat(owner.line()).isEqualTo("holding " + parent.getFileName());
            assertThatIOException()
                    .isThrownBy(() -> RunFolder.open(parent))
                    .withMessageContainingAll(
                            parent.toString(),
                            "process " + owner.pid() + " on ",
                            " since " + LocalDate.now(ZoneOffset.UTC),
                            "end that session, or choose another folder");
            owner.kill(); // kill -9: no code of its own runs any more
            RunFolder.open(parent).close();
        }
    }

    /// As a cell that was interrupted and still saves, and the cell after it.
    @Test
    void threadThatWantsAFolderWaitsUntilTheOneThatWritesThereHasDone() throws Exception {
        for (boolean sessionOpen : new boolean[] {false, true}) {
            RunFolder session = sessionOpen ? RunFolder.open(parent) : null;
            List<String> order = new CopyOnWriteArrayList<>();
            CountDownLatch holds = new CountDownLatch(1);
            CountDownLatch waits = new CountDownLatch(1);
            try (ExecutorService cells = Executors.newFixedThreadPool(2)) {
                Future<Void> first = cells.submit(() -> {
                    try (Closeable _ = RunFolder.hold(parent, Progress.SILENT);
                            Closeable _ = RunFolder.hold(parent, Progress.SILENT)) {
                        holds.countDown();
                        waits.await();
                        order.add("first saved");
                    }
                    return null;
                });
                Future<Void> second = cells.submit(() -> {
                    holds.await();
                    Progress waiting = (step, fraction, message) -> {
                        if (fraction == 0) {
                            order.add(message);
                            waits.countDown();
                        }
                    };
                    try (Closeable _ = RunFolder.hold(parent, waiting)) {
                        order.add("second writes");
                    }
                    return null;
                });
                first.get();
                second.get();
            }
            assertThat(order).hasSize(3).last().isEqualTo("second writes");
            assertThat(order.getFirst()).contains(parent.toString());
            if (session != null) {
                session.close();
            }
            RunFolder.open(parent).close(); // given up entirely
        }
    }

    @Test
    void whatRunsShareIsWaitedForUntilTheOtherProcessHasDone() throws Exception {
        try (OtherJvm owner = new OtherJvm("", Holder.class, parent.toString())) {
            assertThat(owner.line()).isEqualTo("holding " + parent.getFileName());
            List<String> heard = new CopyOnWriteArrayList<>();
            Progress progress = (step, fraction, message) -> {
                heard.add(message);
                if (fraction == 0) {
                    owner.kill();
                }
            };
            try (Closeable _ = RunFolder.await(parent, progress)) {
                assertThatIOException().isThrownBy(() -> RunFolder.open(parent)).withMessageContaining("very session");
            }
            assertThat(heard).hasSize(2).last().asString().endsWith("is free");
            assertThat(heard.getFirst()).contains(parent.toString(), "is in use by process " + owner.pid());
        }
        RunFolder.open(parent).close();
    }

    @Test
    void unfinishedFilesOfADeadSessionAreRemovedAndNothingElse() throws IOException {
        Path checkpoints = Files.createDirectories(parent.resolve("checkpoints"));
        Path left = Files.createFile(checkpoints.resolve(".target.arrow.0123456789abcdef.unfinished"));
        Path kept = Files.createFile(checkpoints.resolve("notes.unfinished"));
        RunFolder.open(parent).close();
        assertThat(left).doesNotExist();
        assertThat(kept).exists();
    }

    @Test
    void folderThatCannotBeWrittenToIsRefused() throws IOException {
        Path file = Files.createFile(parent.resolve("file"));
        assertThatIOException()
                .isThrownBy(() -> RunFolder.open(file))
                .withMessageContainingAll(file.toString(), "Choose a folder that you may write to");
        Path readOnly = WholeFileTest.readOnly(parent);
        assertThatIOException()
                .isThrownBy(() -> RunFolder.open(readOnly))
                .withMessageContainingAll(readOnly.toString(), "Choose a folder that you may write to");
    }
}
