package dev.holdfast.server;

import dev.holdfast.hub.revocation.Outgoing;
import dev.holdfast.wire.client.GuardedClient;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Asks authorities over the one client that goes out. Lists are large, and all hubs fetch theirs when a server starts: so few are on
 * the way at once, and the others wait for their turn.
 */
final class RevocationClient implements Outgoing {
    static final int LISTS_AT_ONCE = 8;

    private final GuardedClient client;
    private final Duration turnMaxTime;
    private final Semaphore lists = new Semaphore(LISTS_AT_ONCE, true);

    /** @param turnMaxTime how long a list waits for its turn */
    RevocationClient(GuardedClient client, Duration turnMaxTime) {
        this.client = client;
        this.turnMaxTime = turnMaxTime;
    }

    @Override
    public byte[] get(URI uri, int maxBytes) throws IOException {
        awaitTurn();
        try {
            return client.get(uri, maxBytes);
        } finally {
            lists.release();
        }
    }

    private void awaitTurn() throws IOException {
        try {
            if (!lists.tryAcquire(turnMaxTime.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new IOException("other lists were on the way for " + turnMaxTime.toSeconds() + " s");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while waiting for a turn");
        }
    }

    @Override
    public byte[] post(URI uri, String contentType, byte[] body, int maxBytes) throws IOException {
        return client.post(uri, contentType, body, maxBytes);
    }
}
