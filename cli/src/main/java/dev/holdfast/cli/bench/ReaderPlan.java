package dev.holdfast.cli.bench;

import dev.holdfast.cli.monitor.EventHubConnection;
import dev.holdfast.wire.client.ClientTls;

/** Who reads what is published. */
public sealed interface ReaderPlan {
    /** Nobody. */
    record None() implements ReaderPlan {}

    /**
     * A subscriber of the same server.
     *
     * @param qos 0 or 1
     */
    record Mqtt(Login login, String filter, int qos) implements ReaderPlan {}

    /** A back end at the hub's Event Hubs endpoint, reading all partitions from now on. */
    record Amqp(EventHubConnection connection, ClientTls tls) implements ReaderPlan {}
}
