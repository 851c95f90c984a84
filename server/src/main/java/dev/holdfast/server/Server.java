package dev.holdfast.server;

import dev.holdfast.base.Disk;
import dev.holdfast.store.StoreException;
import java.io.IOException;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/** A running installation. */
final class Server implements AutoCloseable {
    private final Ready ready;
    private final Opened opened;

    private Server(Ready ready, Opened opened) {
        this.ready = ready;
        this.opened = opened;
    }

    /**
     * Opens what is stored, makes what is missing, and listens.
     *
     * @param progress gets a line for every step that takes time
     * @param endAsked whether the start is to end as a failure at the next step
     */
    static Server start(Config config, Consumer<String> progress, BooleanSupplier endAsked) throws StartFailure {
        return start(config, Disk.real(), progress, endAsked);
    }

    /** @param telemetryDisk where telemetry is kept, under the data directory's path */
    static Server start(Config config, Disk telemetryDisk, Consumer<String> progress, BooleanSupplier endAsked)
            throws StartFailure {
        Opened opened = new Opened();
        try {
            Ready ready = new Starting(config, telemetryDisk, progress, endAsked, opened).start();
            return new Server(ready, opened);
        } catch (StoreException | IOException e) {
            close(opened, e);
            throw new StartFailure("What is stored can't be opened: " + e.getMessage() + ".", e);
        } catch (StartFailure | RuntimeException e) {
            close(opened, e);
            throw e;
        }
    }

    private static void close(Opened opened, Exception failure) {
        try {
            opened.close();
        } catch (IllegalStateException e) {
            failure.addSuppressed(e);
        }
    }

    /** What the ready file said when the start was done. */
    Ready ready() {
        return ready;
    }

    /** Stops accepting, ends the connections, finishes what is under way, and closes the store. */
    @Override
    public void close() {
        opened.close();
    }
}
