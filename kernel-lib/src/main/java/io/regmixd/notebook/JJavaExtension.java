package io.regmixd.notebook;

import java.util.Optional;
import org.dflib.jjava.jupyter.Extension;
import org.dflib.jjava.jupyter.kernel.BaseKernel;

/// Makes JJava show values well. JJava finds it in `META-INF/services`; nobody else needs it.
public final class JJavaExtension implements Extension {

    private static volatile Optional<BaseKernel> installed = Optional.empty();

    /// Made by the kernel.
    public JJavaExtension() {}

    /// The kernel of this process, if it is JJava.
    static Optional<BaseKernel> kernel() {
        return installed;
    }

    @Override
    public void install(BaseKernel kernel) {
        View.ALL.forEach(view -> kernel.getRenderer()
                .createRegistration(view.type())
                .register((value, context) -> view.bundle(value).forEach(context.getOutputContainer()::putData)));
        installed = Optional.of(kernel);
        Kernel.start();
    }

    @Override
    public void uninstall(BaseKernel kernel) {
        installed = Optional.empty();
    }
}
