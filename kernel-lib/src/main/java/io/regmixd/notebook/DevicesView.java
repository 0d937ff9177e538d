package io.regmixd.notebook;

import io.regmixd.engine.ComputeDevice;
import java.util.List;
import java.util.Map;

/// Devices to train on, a row each.
record DevicesView(List<ComputeDevice> devices) implements Rich {

    @Override
    public Map<String, Object> mimeBundle() {
        Grid table = Grid.of("device", "free memory");
        devices.forEach(device -> table.row(device.toString(), memory(device)));
        return table.mimeBundle();
    }

    /// What the driver says; a CPU has what its processes leave.
    private static String memory(ComputeDevice device) {
        return device.freeBytes().isPresent() ? Look.bytes(device.freeBytes().getAsLong()) : "not told";
    }
}
