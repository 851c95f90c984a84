package dev.holdfast.hub.command;

import java.time.Instant;
import java.util.UUID;

/**
 * A message that is given to a device, which nobody else is given until the lock ends.
 *
 * @param lock names this giving out; the device settles the message by it
 * @param sequence rises from message to message of one device
 * @param enqueued when it was taken, to the millisecond
 * @param expires when it is not given out any more
 * @param abandoned how often a device gave it back
 */
public record LockedMessage(
        UUID lock, long sequence, Instant enqueued, Instant expires, int abandoned, CloudMessage message) {}
