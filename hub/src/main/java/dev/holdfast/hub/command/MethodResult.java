package dev.holdfast.hub.command;

/** What became of an {@link InvokeMethod}. */
public sealed interface MethodResult {
    /**
     * The device answered.
     *
     * @param status the device's own
     * @param payload JSON as the device wrote it
     */
    record Answered(int status, String payload) implements MethodResult {}

    record Refused(MethodRefusal refusal) implements MethodResult {}
}
