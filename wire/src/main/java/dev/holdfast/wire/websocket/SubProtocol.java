package dev.holdfast.wire.websocket;

import dev.holdfast.wire.Mount;
import java.util.List;

/**
 * What may be spoken behind a WebSocket.
 *
 * @param listener what connections that speak it are called in reports from then on
 * @param names that clients may offer for it, in any case; the first one is what refusals recommend
 * @param mount gets the connection
 */
public record SubProtocol(String listener, List<String> names, Mount mount) {
    public SubProtocol {
        names = List.copyOf(names);
    }
}
