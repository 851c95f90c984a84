package dev.holdfast.insight.fleet;

import dev.holdfast.insight.StorageTrouble;
import dev.holdfast.store.StoreException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread between the fleet in memory and its rows: reads them at first, and then writes every second what has changed. A device
 * that comes again and again is written once a second; what is not written yet is at most a mark for each device.
 */
final class FleetWriting implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(FleetWriting.class);
    private static final int BATCH_MAX = 500;
    private static final long EVERY_MILLIS = 1_000;
    private static final long LOAD_MAX_SECONDS = 60;
    private static final long CLOSE_MAX_MILLIS = 5_000;

    private final FleetRows rows;
    private final Function<DeviceKey, @Nullable FleetDevice> devices;
    private final Shapes shapes;
    private final Consumer<FleetDevice> load;
    private final Runnable makeRoom;
    private final Set<DeviceKey> dirty = ConcurrentHashMap.newKeySet();
    private final CountDownLatch loaded = new CountDownLatch(1);
    private final StorageTrouble trouble = new StorageTrouble("connections of devices");
    private final CountDownLatch closing = new CountDownLatch(1);
    private volatile boolean unreadable;
    private final Thread thread =
            Thread.ofPlatform().daemon().name("holdfast-fleet").unstarted(this::run);

    /**
     * @param devices as they are now
     * @param load takes every device that is stored
     * @param makeRoom run before what has changed is written
     */
    FleetWriting(
            FleetRows rows,
            Function<DeviceKey, @Nullable FleetDevice> devices,
            Shapes shapes,
            Consumer<FleetDevice> load,
            Runnable makeRoom) {
        this.rows = rows;
        this.devices = devices;
        this.shapes = shapes;
        this.load = load;
        this.makeRoom = makeRoom;
    }

    void start() {
        thread.start();
    }

    private void run() {
        try {
            long begun = System.nanoTime();
            rows.loadShapes(shapes::add);
            rows.loadDevices(load);
            LOG.debug("the fleet was read in {} ms", (System.nanoTime() - begun) / 1_000_000);
        } catch (RuntimeException e) {
            unreadable = true;
            LOG.error("what is known of devices can't be read", e);
        } finally {
            loaded.countDown();
        }
        boolean end = false;
        while (!end) {
            try {
                end = closing.await(EVERY_MILLIS, TimeUnit.MILLISECONDS);
            } catch (InterruptedException _) {
                end = true;
            }
            try {
                makeRoom.run();
                flush();
                trouble.over();
            } catch (RuntimeException e) {
                trouble.failed(e);
            }
        }
    }

    void changed(DeviceKey key) {
        dirty.add(key);
    }

    boolean isLoaded() {
        return loaded.getCount() == 0 && !unreadable;
    }

    void awaitLoaded() {
        try {
            if (!loaded.await(LOAD_MAX_SECONDS, TimeUnit.SECONDS)) {
                throw new StoreException("what is known of devices is still being read");
            }
            if (unreadable) {
                // What is not known must not pass for not being there: a change would look as if it lost nobody.
                throw new StoreException("what is known of devices can't be read");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoreException("interrupted while what is known of devices is read", e);
        }
    }

    /** Writes what has changed before; the rest of it stays to be written when that fails. */
    synchronized void flush() {
        List<KnownShape> made = shapes.takeUnwritten();
        try {
            rows.writeShapes(made);
        } catch (StoreException e) {
            shapes.giveBack(made);
            throw e;
        }
        List<DeviceKey> batch = take();
        while (!batch.isEmpty()) {
            Map<DeviceKey, @Nullable FleetDevice> changed = new HashMap<>();
            batch.forEach(key -> changed.put(key, devices.apply(key)));
            try {
                rows.write(changed);
            } catch (StoreException e) {
                dirty.addAll(batch);
                throw e;
            }
            batch = take();
        }
    }

    private List<DeviceKey> take() {
        List<DeviceKey> batch = new ArrayList<>();
        Iterator<DeviceKey> left = dirty.iterator();
        while (left.hasNext() && batch.size() < BATCH_MAX) {
            batch.add(left.next());
            // Before its record is read: what changes after that is marked anew.
            left.remove();
        }
        return batch;
    }

    synchronized void deleteShapes(List<String> ids) {
        rows.deleteShapes(ids);
    }

    @Override
    public void close() {
        closing.countDown();
        try {
            thread.join(CLOSE_MAX_MILLIS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
