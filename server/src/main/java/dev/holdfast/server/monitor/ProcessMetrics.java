package dev.holdfast.server.monitor;

import dev.holdfast.base.Version;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.io.IOException;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The process as the system sees it, and its Java runtime. What the system does not tell is left out. The management beans are
 * touched at the first request only, since they take time that a start does not have.
 */
public record ProcessMetrics(Health health) implements Exposition.Collector {
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final Path DESCRIPTORS = Path.of("/proc/self/fd");

    @Override
    public List<MetricSnapshot> collect() {
        Runtime runtime = Runtime.getRuntime();
        List<MetricSnapshot> all = new ArrayList<>(Family.snapshots(
                Family.gauge("holdfast_build_info", "Always 1")
                        .set(1, "version", Version.current(), "java", System.getProperty("java.version", "")),
                Family.gauge("holdfast_ready", "1 when /health/ready answers 200")
                        .set(health.state().isReady() ? 1 : 0),
                Family.gauge("holdfast_jvm_heap_used_bytes", "Java heap in use, garbage included")
                        .set((double) runtime.totalMemory() - runtime.freeMemory()),
                Family.gauge("holdfast_jvm_heap_committed_bytes", "Java heap that the system has given")
                        .set(runtime.totalMemory()),
                Family.gauge("holdfast_jvm_heap_max_bytes", "Java heap at most").set(runtime.maxMemory())));
        all.addAll(collections());
        addProcess(all);
        return all;
    }

    private static List<MetricSnapshot> collections() {
        Family.Counter count = Family.counter("holdfast_jvm_gc_collections", "Collections of garbage");
        Family.Counter seconds = Family.counter("holdfast_jvm_gc_seconds", "Time spent on them");
        for (GarbageCollectorMXBean collector : ManagementFactory.getGarbageCollectorMXBeans()) {
            count.add(Math.max(0, collector.getCollectionCount()), "collector", collector.getName());
            seconds.add(Math.max(0, collector.getCollectionTime()) / 1e3, "collector", collector.getName());
        }
        return Family.snapshots(count, seconds);
    }

    private static void addProcess(List<MetricSnapshot> all) {
        ProcessHandle.Info info = ProcessHandle.current().info();
        info.startInstant()
                .ifPresent(start -> all.add(Family.gauge(
                                "holdfast_process_start_time_seconds", "When the process began, in seconds since 1970")
                        .set(start.toEpochMilli() / 1e3)
                        .snapshot()));
        info.totalCpuDuration()
                .map(Duration::toMillis)
                .ifPresent(millis ->
                        all.add(Family.counter("holdfast_process_cpu_seconds", "Processor time of the whole process")
                                .add(millis / 1e3)
                                .snapshot()));
        Long resident = status("VmRSS:");
        if (resident != null) {
            all.add(Family.gauge("holdfast_process_resident_memory_bytes", "Memory of the process that is in RAM")
                    .set(resident * 1024.0)
                    .snapshot());
        }
        Long threads = status("Threads:");
        if (threads != null) {
            all.add(Family.gauge("holdfast_process_threads", "Threads of the system; virtual threads are none")
                    .set(threads)
                    .snapshot());
        }
        try (Stream<Path> descriptors = Files.list(DESCRIPTORS)) {
            all.add(Family.gauge("holdfast_process_open_fds", "Open files and sockets")
                    .set(descriptors.count())
                    .snapshot());
        } catch (IOException notTold) {
            // Left out.
        }
    }

    /** A number of the process's status; null when the system does not tell it. */
    private static @Nullable Long status(String name) {
        try (Stream<String> lines = Files.lines(STATUS)) {
            return lines.filter(line -> line.startsWith(name))
                    .map(line -> Long.valueOf(line.replaceAll("\\D", "")))
                    .findFirst()
                    .orElse(null);
        } catch (IOException notTold) {
            return null;
        }
    }
}
