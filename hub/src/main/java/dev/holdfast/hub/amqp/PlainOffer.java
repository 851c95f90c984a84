package dev.holdfast.hub.amqp;

import dev.holdfast.wire.Connection;

/** A user name and password of SASL PLAIN. */
public record PlainOffer(Connection connection, String user, String password) {
    @Override
    public String toString() {
        return "PlainOffer[" + user + "]";
    }
}
