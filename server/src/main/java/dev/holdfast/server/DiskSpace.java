package dev.holdfast.server;

import dev.holdfast.server.monitor.Health;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Whether the disk of the data directory has room. Without it the store takes no write, and who is sent none would never notice.
 * {@link #look} touches the disk; any thread may ask what it saw.
 */
final class DiskSpace implements Health.Check {
    private static final long MEBIBYTE = 1024 * 1024;

    @FunctionalInterface
    interface Usable {
        long bytes() throws IOException;
    }

    private final Usable usable;
    private final long minBytes;
    private volatile @Nullable String problem;

    /** @param minBytes less than this is no room */
    DiskSpace(Usable usable, long minBytes) {
        this.usable = usable;
        this.minBytes = minBytes;
    }

    void look() {
        try {
            long bytes = usable.bytes();
            problem = bytes >= minBytes
                    ? null
                    : "The disk of the data directory has " + bytes / MEBIBYTE + " MB left, and less than "
                            + minBytes / MEBIBYTE + " MB is too little to go on storing; make room on it.";
        } catch (IOException e) {
            problem = "The disk of the data directory does not say how much room it has; look at its health.";
        }
    }

    @Override
    public @Nullable String problem() {
        return problem;
    }
}
