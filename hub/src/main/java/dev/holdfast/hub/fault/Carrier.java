package dev.holdfast.hub.fault;

/** The protocol of a message that asks for a fault; over WebSocket it is the one that is spoken there. */
public enum Carrier {
    MQTT("MQTT"),
    AMQP("AMQP"),
    HTTPS("HTTPS");

    private final String text;

    Carrier(String text) {
        this.text = text;
    }

    @Override
    public String toString() {
        return text;
    }
}
