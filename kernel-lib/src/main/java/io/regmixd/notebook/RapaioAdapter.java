package io.regmixd.notebook;

import java.util.Map;
import org.rapaio.jupyter.kernel.MainApp;
import org.rapaio.jupyter.kernel.display.DisplayData;

/// Rapaio's kernel 3, which loads [RapaioDisplay] with the first value that it shows.
final class RapaioAdapter implements Adapter {

    @Override
    public boolean running() {
        return MainApp.kernel.channels() != null;
    }

    @Override
    public boolean attached() {
        return MainApp.kernel.channels().hasMsgId();
    }

    @Override
    public void register() {} // RapaioDisplay does

    @Override
    public void show(Map<String, Object> bundle, Map<String, Object> transientValues, boolean first) {
        DisplayData data = data(bundle);
        transientValues.forEach(data::putTransient);
        if (first) {
            MainApp.kernel.display(data);
        } else {
            MainApp.kernel.updateDisplay(data);
        }
    }

    static DisplayData data(Map<String, Object> bundle) {
        DisplayData data = DisplayData.fromText("");
        bundle.forEach(data::putData);
        return data;
    }
}
