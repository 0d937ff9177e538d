package io.regmixd.notebook;

import java.util.List;
import org.rapaio.jupyter.kernel.display.DisplayData;
import org.rapaio.jupyter.kernel.display.DisplayRenderer;
import org.rapaio.jupyter.kernel.display.DisplayTransformer;
import org.rapaio.jupyter.kernel.display.spi.DisplayProvider;

/// Makes rapaio's kernel show values well. It finds this in `META-INF/services`; nobody else needs it.
public final class RapaioDisplay implements DisplayProvider {

    /// Made by the kernel.
    public RapaioDisplay() {
        Kernel.start();
    }

    @Override
    public List<DisplayRenderer> getDisplayRenderers() {
        return View.ALL.stream().<DisplayRenderer>map(ByView::new).toList();
    }

    @Override
    public List<DisplayTransformer> getDisplayTransformers() {
        return List.of();
    }

    private record ByView(View<?> view) implements DisplayRenderer {
        @Override
        public Class<?> rendererClass() {
            return view.type();
        }

        @Override
        public boolean canRender(String mime) {
            return true;
        }

        @Override
        public DisplayData render(String mime, Object value) {
            return RapaioAdapter.data(view.bundle(value));
        }
    }
}
