package dev.holdfast.wire;

/**
 * A protocol that can be put on a connection whose handshake is done: it adds its handlers to the end of the channel's
 * pipeline. Called on the channel's event loop; the first bytes of the protocol are still to come.
 */
@FunctionalInterface
public interface Mount {
    void mount(Connection connection);
}
