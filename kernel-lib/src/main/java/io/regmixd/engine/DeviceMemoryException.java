package io.regmixd.engine;

/// The device has too little free memory for what was asked of it. Nothing else is wrong: a smaller group,
/// batch or model may fit.
public final class DeviceMemoryException extends RuntimeException {

    private static final long serialVersionUID = 1;

    /// @param message names what does not fit and a remedy
    public DeviceMemoryException(String message, Throwable cause) {
        super(message, cause);
    }
}
