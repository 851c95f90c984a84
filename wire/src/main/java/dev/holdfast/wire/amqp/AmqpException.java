package dev.holdfast.wire.amqp;

import java.io.IOException;

/** The other side of a connection of ours refused something, or the connection broke. */
public final class AmqpException extends IOException {
    private static final long serialVersionUID = 1L;

    private final transient AmqpError error;

    public AmqpException(AmqpError error) {
        super(error.toString());
        this.error = error;
    }

    public AmqpError error() {
        return error;
    }
}
