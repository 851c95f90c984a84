package dev.holdfast.wire.amqp;

import org.jspecify.annotations.Nullable;

/** How a peer introduced itself below AMQP. Only {@link Plain} was judged by a face; the others prove nothing by themselves. */
public sealed interface SaslIdentity {
    /** AMQP came without a SASL layer, as most Azure IoT clients do. */
    record None() implements SaslIdentity {}

    /** ANONYMOUS; clients send a trace with it, which is no identity. */
    record Anonymous() implements SaslIdentity {}

    /** MSSBCBS: the identity comes as tokens on {@code $cbs}. */
    record ClaimsBased() implements SaslIdentity {}

    /** EXTERNAL: the certificate of the TLS handshake, which was shown and not judged yet. */
    record External() implements SaslIdentity {}

    /**
     * PLAIN, accepted by a face.
     *
     * @param face the face that accepted it, which gets the connection
     * @param granted what that face wants to know about it later
     */
    record Plain(String user, AmqpFace face, @Nullable Object granted) implements SaslIdentity {
        @Override
        public String toString() {
            return "Plain[" + user + "]";
        }
    }
}
