package dev.holdfast.wire.amqp;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * How a client of ours introduces itself below AMQP.
 *
 * @param mechanism null for AMQP without a SASL layer
 */
public record ClientSasl(@Nullable String mechanism, byte[] response) {
    public static ClientSasl none() {
        return new ClientSasl(null, new byte[0]);
    }

    /** The identity comes later, as a token. */
    public static ClientSasl anonymous() {
        return new ClientSasl("ANONYMOUS", new byte[0]);
    }

    public static ClientSasl plain(String user, String password) {
        return new ClientSasl("PLAIN", ("\0" + user + "\0" + password).getBytes(StandardCharsets.UTF_8));
    }

    /** The certificate of the TLS handshake. */
    public static ClientSasl external() {
        return new ClientSasl("EXTERNAL", new byte[0]);
    }

    @Override
    public String toString() {
        return "ClientSasl[" + mechanism + "]";
    }
}
