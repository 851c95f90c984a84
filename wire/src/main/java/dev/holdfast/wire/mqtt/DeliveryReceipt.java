package dev.holdfast.wire.mqtt;

/** What becomes of a message for the client: one of the two is called, once, on the event loop, so that it must not block. */
public interface DeliveryReceipt {
    /** The client acknowledged it; with QoS 0, it was handed to the network. */
    void taken();

    /** The connection ended before that. Whether the client has it is not known. */
    void lost();
}
