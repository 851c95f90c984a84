package dev.holdfast.hub.amqp;

import dev.holdfast.base.HubName;
import org.jspecify.annotations.Nullable;

/** What a part of a hub says to a token. */
public sealed interface PutVerdict {
    /** It is good for something and kept. */
    record Taken() implements PutVerdict {}

    /** It names nothing of this part. */
    record NotMine() implements PutVerdict {}

    /**
     * @param hub that it names; null when it names none of this installation
     * @param device or module that it names; null for none
     */
    record Refused(@Nullable HubName hub, @Nullable String device, Refusal why) implements PutVerdict {}
}
