package dev.holdfast.wire.amqp;

import org.jspecify.annotations.Nullable;

/** What a face says to a user name and password of SASL PLAIN. */
public sealed interface PlainVerdict {
    /** The user name is not one of this face's; the next face is asked. */
    record NotMine() implements PlainVerdict {}

    /** @param granted handed to the face again in {@link SaslIdentity.Plain} */
    record Accepted(Object granted) implements PlainVerdict {}

    /**
     * @param reason stable word for the report
     * @param explanation what happened and what to change; no secret
     * @param refusal the face's own value of it, for the report's details; null for none
     */
    record Refused(
            String reason, String explanation, @Nullable Record refusal) implements PlainVerdict {}
}
