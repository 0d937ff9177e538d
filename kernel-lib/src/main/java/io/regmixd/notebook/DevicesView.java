package io.regmixd.notebook;

import io.regmixd.engine.ComputeDevice;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/// Devices to train on, a row each, with the memory that is free on GPUs.
record DevicesView(List<ComputeDevice> devices) implements Rich {

    @Override
    public Map<String, Object> mimeBundle() {
        List<String> memory = devices.stream()
                .map(device -> {
                    OptionalLong free = device.freeBytes();
                    return free.isPresent() ? Look.bytes(free.getAsLong()) : "";
                })
                .toList();
        boolean told = memory.stream().anyMatch(free -> !free.isEmpty());
        Grid table = told ? Grid.of("device", "free memory") : Grid.of("device");
        for (int i = 0; i < devices.size(); i++) {
            String name = devices.get(i).toString();
            if (told) {
                table.row(name, memory.get(i));
            } else {
                table.row(name);
            }
        }
        return table.mimeBundle();
    }
}
