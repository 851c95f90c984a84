package dev.holdfast.hub.command;

import java.util.Optional;

/** What a device that asks for a message is told. */
public sealed interface ReceiveResult {
    /** @param message empty when none waits */
    record Answered(Optional<LockedMessage> message) implements ReceiveResult {}

    record Refused(MessageRefusal refusal) implements ReceiveResult {}
}
