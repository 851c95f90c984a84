package dev.holdfast.wire.http;

import dev.holdfast.base.Limits;
import dev.holdfast.base.Source;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.Map;

/**
 * The memory that request bodies take, over all connections of a server and for each {@link Source}. Taken before it is allocated, so that it bounds what is held in truth. Any thread.
 */
final class BodyBudget {
    private final long maxBytes;
    private final long perAddressMaxBytes;
    private final Map<Source, Long> bySource = new HashMap<>();
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
        Source source = Source.of(address);
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

    private synchronized void take(Source source, long bytes) throws RequestRefused {
        if (bySource.getOrDefault(source, 0L) + bytes > perAddressMaxBytes) {
            throw new RequestRefused(RequestFault.TOO_MANY_BODIES);
        }
        if (taken + bytes > maxBytes) {
            throw new RequestRefused(RequestFault.OVERLOADED);
        }
        taken += bytes;
        bySource.merge(source, bytes, Long::sum);
    }

    private synchronized void giveBack(Source source, long bytes) {
        taken -= bytes;
        bySource.computeIfPresent(source, (_, held) -> held == bytes ? null : held - bytes);
    }
}
