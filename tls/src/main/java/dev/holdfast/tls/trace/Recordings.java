package dev.holdfast.tls.trace;

import dev.holdfast.wire.Connection;
import org.jspecify.annotations.Nullable;

/** Decides whose handshakes are recorded. Called on event loops: quick. */
public interface Recordings {
    /** Nobody's. */
    Recordings NONE = new Recordings() {
        @Override
        public @Nullable Recording begin(Connection connection) {
            return null;
        }

        @Override
        public void closed(Connection connection, Recording recording) {
            throw new IllegalStateException("there are no recordings");
        }
    };

    /**
     * A connection was accepted and nothing of it was read.
     *
     * @return null when its handshake is not to be recorded
     */
    @Nullable
    Recording begin(Connection connection);

    /** A connection with a recording was closed, whatever came of it. */
    void closed(Connection connection, Recording recording);
}
