package dev.holdfast.wire.mqtt;

/** How a face reports what became of a message. Any thread; the first call counts. */
public interface PublishReceipt {
    /** It is where it belongs: acknowledged as soon as every earlier message of the connection is. */
    void stored();

    /**
     * It was not taken. The connection is closed without an acknowledgement, after the earlier messages were
     * acknowledged: MQTT 3.1.1 has no other way to refuse a message.
     */
    void refused();

    /** It is nowhere, on purpose: it is not acknowledged, and the connection goes on as if it had not come. */
    void dropped();
}
