package dev.holdfast.hub.command;

/** What came of sending a message to a device. */
public sealed interface SendResult {
    /** It waits for its device, durably. */
    record Queued(long sequence) implements SendResult {}

    record Refused(MessageRefusal refusal) implements SendResult {}
}
