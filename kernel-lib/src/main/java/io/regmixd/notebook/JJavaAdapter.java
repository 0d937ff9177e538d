package io.regmixd.notebook;

import java.util.Map;
import org.dflib.jjava.jupyter.kernel.DisplayStream;
import org.dflib.jjava.jupyter.kernel.display.DisplayData;

/// JJava, which loads [JJavaExtension] when it starts.
final class JJavaAdapter implements Adapter {

    @Override
    public boolean running() {
        return JJavaExtension.kernel().isPresent();
    }

    @Override
    public boolean attached() {
        return stream().isAttached();
    }

    @Override
    public void register() {} // the extension does

    @Override
    public void show(Map<String, Object> bundle, Map<String, Object> transientValues, boolean first) {
        DisplayData data = new DisplayData();
        bundle.forEach(data::putData);
        transientValues.forEach(data::putTransientData);
        if (first) {
            stream().display(data);
        } else {
            stream().updateDisplay(data);
        }
    }

    private static DisplayStream stream() {
        return JJavaExtension.kernel().orElseThrow().getIO().display;
    }
}
