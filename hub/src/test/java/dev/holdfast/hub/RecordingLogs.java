package dev.holdfast.hub;

import dev.holdfast.base.HubName;
import dev.holdfast.store.Log;
import dev.holdfast.store.StoreException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Logs without records that tell what was asked of them, and fail when a test says so. */
final class RecordingLogs implements HubLogs {
    final List<String> calls = new ArrayList<>();
    final Map<HubName, Instant> droppedBefore = new HashMap<>();
    boolean failsToOpen;
    boolean failsToDelete;

    @Override
    public Log open(HubName hub, int partitions) {
        calls.add("open " + hub + " " + partitions);
        if (failsToOpen) {
            throw new StoreException("the disk is gone");
        }
        return new EmptyLog(hub, partitions);
    }

    @Override
    public void delete(HubName hub) {
        calls.add("delete " + hub);
        if (failsToDelete) {
            throw new StoreException("the disk is gone");
        }
    }

    private final class EmptyLog implements Log {
        private final HubName hub;
        private final int partitions;

        EmptyLog(HubName hub, int partitions) {
            this.hub = hub;
            this.partitions = partitions;
        }

        @Override
        public int partitions() {
            return partitions;
        }

        @Override
        public boolean append(int partition, byte[] record, Appended done) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Extent extent(int partition) {
            return new Extent(0, 0, Instant.EPOCH);
        }

        @Override
        public List<Entry> read(int partition, long fromOffset, int maxBytes) {
            return List.of();
        }

        @Override
        public long offsetAt(int partition, Instant time) {
            return 0;
        }

        @Override
        public Watch watch(int partition, Runnable wake) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void dropBefore(Instant time) {
            droppedBefore.put(hub, time);
        }

        @Override
        public void close() {
            calls.add("close " + hub);
        }
    }
}
