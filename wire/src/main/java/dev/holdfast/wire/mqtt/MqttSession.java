package dev.holdfast.wire.mqtt;

import java.util.List;

/**
 * What a face does with the packets of a client that it let in.
 *
 * <p>{@link #publish} is called on the event loop; the other methods one at a time on a virtual thread, so that they
 * may block. {@link #ended} is the last call.
 */
public interface MqttSession {
    /**
     * Takes a message. Never blocks.
     *
     * @param receipt to be called exactly once, by any thread, when the message is where it belongs
     * @return false to have nothing more read from this client until the receipt was called
     */
    boolean publish(MqttPublish message, PublishReceipt receipt);

    /** Answers a SUBSCRIBE: one grant for each filter, in the order of the filters. */
    List<Grant> subscribe(List<MqttSubscription> filters);

    /** The grants are on their way: what is published from now on reaches the client behind them. */
    default void subscribed() {}

    /** Forgets filters, known or not. */
    void unsubscribe(List<String> filters);

    /** The connection is over. Messages whose receipt is still open may yet be stored; nobody will hear of it. */
    void ended(MqttEnd end);
}
