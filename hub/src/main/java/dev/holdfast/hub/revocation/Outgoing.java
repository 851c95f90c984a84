package dev.holdfast.hub.revocation;

import java.io.IOException;
import java.net.URI;

/** How revocation asks others over HTTP or HTTPS: bounded in bytes and time, and with a guard. Any thread; blocks. */
public interface Outgoing {
    /** @return the body of a successful answer, at most {@code maxBytes} long */
    byte[] get(URI uri, int maxBytes) throws IOException;

    /** @return as {@link #get} */
    byte[] post(URI uri, String contentType, byte[] body, int maxBytes) throws IOException;
}
