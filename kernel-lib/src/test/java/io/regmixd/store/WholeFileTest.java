package io.regmixd.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.regmixd.OtherJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.Table;

class WholeFileTest {

    @TempDir
    Path folder;

    /// Writes a table of 80 kB.
    static final class Writer {
        public static void main(String[] args) {
            try {
                ArrowFile.write(
                        Path.of(args[0]), Table.create("t", DoubleColumn.create("x", new double[10_000])), Map.of());
                System.out.println("written");
            } catch (IOException e) {
                System.out.println(e.getMessage());
            }
        }
    }

    /// A folder that even the superuser, as which tests in containers run, cannot write to.
    static Path readOnly(Path parent) throws IOException {
        Path folder = Files.createDirectory(
                parent.resolve("read-only"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("r-xr-xr-x")));
        Path superuser = Path.of("/sys/kernel");
        Path readOnly = Files.isWritable(folder) ? superuser : folder;
        assumeTrue(Files.isDirectory(readOnly), "no folder here that cannot be written to");
        return readOnly;
    }

    private Path old() throws IOException {
        return Files.writeString(folder.resolve("file"), "old");
    }

    private void requireOld(Path file) throws IOException {
        assertThat(file).hasContent("old");
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).containsExactly(file);
        }
    }

    @Test
    void contentReplacesTheOldFileAndFoldersAreMade() throws IOException {
        Path file = folder.resolve("a/b/file");
        WholeFile.write(file, out -> out.write('x'));
        WholeFile.write(file, out -> out.write('y'));
        assertThat(file).hasContent("y");
    }

    @Test
    void linkStaysALink() throws IOException {
        Path file = old();
        Path link = Files.createSymbolicLink(folder.resolve("link"), file);
        WholeFile.write(link, out -> out.write('n'));
        assertThat(link).isSymbolicLink();
        assertThat(file).hasContent("n");
    }

    @Test
    void contentThatFailsHalfwayLeavesTheOldFileAlone() throws IOException {
        Path file = old();
        assertThatIOException()
                .isThrownBy(() -> WholeFile.write(file, out -> {
                    out.write(new byte[1000]);
                    throw new IOException("No space left on device");
                }))
                .withMessageContainingAll(file.toString(), "No space left on device", "untouched", "make room");
        requireOld(file);
        assertThatIllegalStateException()
                .isThrownBy(() -> WholeFile.write(file, out -> {
                    out.write(new byte[1000]);
                    throw new IllegalStateException("a mistake");
                }));
        requireOld(file);
    }

    @Test
    void diskThatTakesNoMoreLeavesTheOldFileAlone() throws Exception {
        Path file = old();
        // Files of this process end at 8 blocks, about as those on a full disk do.
        try (OtherJvm other = new OtherJvm("ulimit -f 8;", Writer.class, file.toString())) {
            assertThat(other.line()).contains(file.toString(), "cannot write", "make room or choose another folder");
        }
        requireOld(file);
    }

    @Test
    void folderThatCannotBeWrittenToIsNamed() throws IOException {
        Path file = readOnly(folder).resolve("file");
        assertThatIOException()
                .isThrownBy(() -> WholeFile.write(file, out -> out.write('x')))
                .withMessageContainingAll("cannot write " + file, "choose another folder");
        Path inAFile = old().resolve("file");
        assertThatIOException()
                .isThrownBy(() -> WholeFile.write(inAFile, out -> out.write('x')))
                .withMessageContainingAll("cannot write " + inAFile, "choose another folder");
    }

    @Test
    void interruptedThreadStillWritesTheWholeFile() throws IOException {
        Path file = old();
        Thread.currentThread().interrupt();
        try {
            WholeFile.write(file, out -> out.write('n'));
            assertThat(file).hasContent("n");
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }
        Thread.currentThread().interrupt();
        try {
            ArrowFile.write(file, Table.create("t", DoubleColumn.create("x", new double[10_000])), Map.of());
            assertThat(ArrowFile.read(file).table().rowCount()).isEqualTo(10_000);
        } finally {
            Thread.interrupted(); // pending or not: Arrow's start takes it
        }
    }
}
