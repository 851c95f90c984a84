package dev.holdfast.wire.http;

import dev.holdfast.base.Limits;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * The memory that request bodies take, over all connections of a server and for each source: an IPv4 address, or a /64 network of
 * IPv6, which is what one subscriber gets. Taken before it is allocated, so that it bounds what is held in truth. Any thread.
 */
final class BodyBudget {
    private static final int IPV6_NETWORK_BYTES = 8;

    private final long maxBytes;
    private final long perAddressMaxBytes;
    private final Map<ByteBuffer, Long> bySource = new HashMap<>();
    private long taken;

    /** What one connection takes from. */
    interface Share {
        /** @throws RequestRefused when it would be too much, of this source or of all; then nothing was taken */
        void take(long bytes) throws RequestRefused;

        void giveBack(long bytes);
    }

    BodyBudget(Limits.Http limits) {
        this.maxBytes = limits.bodiesMaxBytes();
        this.perAddressMaxBytes = limits.bodiesPerAddressMaxBytes();
    }

    Share of(InetAddress address) {
        byte[] bytes = address.getAddress();
        ByteBuffer source =
                ByteBuffer.wrap(bytes.length > IPV6_NETWORK_BYTES ? Arrays.copyOf(bytes, IPV6_NETWORK_BYTES) : bytes);
        return new Share() {
            @Override
            public void take(long more) throws RequestRefused {
                BodyBudget.this.take(source, more);
            }

            @Override
            public void giveBack(long less) {
                BodyBudget.this.giveBack(source, less);
            }
        };
    }

    private synchronized void take(ByteBuffer source, long bytes) throws RequestRefused {
        if (bySource.getOrDefault(source, 0L) + bytes > perAddressMaxBytes) {
            throw new RequestRefused(RequestFault.TOO_MANY_BODIES);
        }
        if (taken + bytes > maxBytes) {
            throw new RequestRefused(RequestFault.OVERLOADED);
        }
        taken += bytes;
        bySource.merge(source, bytes, Long::sum);
    }

    private synchronized void giveBack(ByteBuffer source, long bytes) {
        taken -= bytes;
        bySource.computeIfPresent(source, (_, held) -> held == bytes ? null : held - bytes);
    }
}
