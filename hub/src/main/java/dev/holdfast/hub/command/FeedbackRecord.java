package dev.holdfast.hub.command;

import dev.holdfast.hub.identity.Identity;
import java.time.Instant;

/**
 * What became of one message.
 *
 * @param messageId of the message; empty when it had none
 * @param generation of the identity it was for
 * @param time when its fate was known, to the millisecond
 */
public record FeedbackRecord(Identity identity, String generation, String messageId, Fate fate, Instant time) {}
