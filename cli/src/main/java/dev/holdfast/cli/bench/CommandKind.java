package dev.holdfast.cli.bench;

import java.util.Locale;

/** What a back end and devices do with each other. */
public enum CommandKind {
    /** A direct method over HTTPS, which the device answers at once. */
    METHOD,
    /** A change of desired properties over HTTPS, of which the device is told. */
    DESIRED,
    /** A change of reported properties that the device sends. */
    REPORTED,
    /** A cloud-to-device message over AMQP, which the device acknowledges. */
    MESSAGE;

    /** Whether something comes to the device for what is only answered to the back end. */
    boolean isDelivered() {
        return this == DESIRED || this == MESSAGE;
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
