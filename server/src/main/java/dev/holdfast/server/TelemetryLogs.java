package dev.holdfast.server;

import dev.holdfast.base.DirectoryTree;
import dev.holdfast.base.Disk;
import dev.holdfast.base.HubName;
import dev.holdfast.base.Limits;
import dev.holdfast.hub.HubLogs;
import dev.holdfast.store.Log;
import dev.holdfast.store.StoreException;
import dev.holdfast.store.embedded.EmbeddedLog;
import dev.holdfast.store.embedded.LogSnapshot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/** The embedded engine's logs, each hub's in a directory of its name. */
final class TelemetryLogs implements HubLogs {
    private final Disk disk;
    private final Path directory;
    private final InstantSource clock;
    private final Limits limits;
    private final Map<HubName, EmbeddedLog> open = new ConcurrentHashMap<>();

    TelemetryLogs(Disk disk, Path directory, InstantSource clock, Limits limits) {
        this.disk = disk;
        this.directory = directory;
        this.clock = clock;
        this.limits = limits;
    }

    @Override
    public Log open(HubName hub, int partitions) {
        EmbeddedLog log = EmbeddedLog.open(
                disk, directoryOf(hub), partitions, limits.telemetry().pendingMaxBytes(), limits.storage(), clock);
        open.put(hub, log);
        return log;
    }

    /** What each hub's log did, by the name of the hub. */
    Map<String, EmbeddedLog.Counts> counts() {
        Map<String, EmbeddedLog.Counts> counts = new TreeMap<>();
        open.forEach((hub, log) -> counts.put(hub.value(), log.counts()));
        return counts;
    }

    /** Holds fast what each hub's log has now, by the name of the hub; to be closed one by one. */
    Map<String, LogSnapshot> snapshots() {
        Map<String, LogSnapshot> snapshots = new TreeMap<>();
        open.forEach((hub, log) -> snapshots.put(hub.value(), log.snapshot()));
        return snapshots;
    }

    /** Has logs that can't store look whether they can again. */
    void tryFailing() {
        open.values().forEach(EmbeddedLog::tryFailing);
    }

    @Override
    public void delete(HubName hub) {
        open.remove(hub);
        Path log = directoryOf(hub);
        if (!Files.exists(log)) {
            return;
        }
        try {
            DirectoryTree.delete(log);
            Disk.real().forceDirectory(directory);
        } catch (IOException e) {
            throw new StoreException("the telemetry of hub '" + hub + "' can't be deleted from " + log, e);
        }
    }

    /** A name of a hub holds no character that leads out of the directory. */
    private Path directoryOf(HubName hub) {
        return directory.resolve(hub.value());
    }
}
