package dev.holdfast.server;

import dev.holdfast.hub.revocation.Outgoing;
import dev.holdfast.wire.client.GuardedClient;
import java.io.IOException;
import java.net.URI;

/** Asks authorities over the one client that goes out. */
record RevocationClient(GuardedClient client) implements Outgoing {
    @Override
    public byte[] get(URI uri, int maxBytes) throws IOException {
        return client.get(uri, maxBytes);
    }

    @Override
    public byte[] post(URI uri, String contentType, byte[] body, int maxBytes) throws IOException {
        return client.post(uri, contentType, body, maxBytes);
    }
}
