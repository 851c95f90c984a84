package dev.holdfast.tls.listen;

import dev.holdfast.tls.hello.TlsVersion;
import dev.holdfast.tls.report.TlsRefusal;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** Handshakes by version and, where they failed, by reason; any thread. */
final class HandshakeCounters {
    private record Done(String version, boolean resumed) {}

    private record Failed(String version, String reason) {}

    private final Map<Done, LongAdder> done = new ConcurrentHashMap<>();
    private final Map<Failed, LongAdder> failed = new ConcurrentHashMap<>();

    /** @param version as the engine names it */
    void done(String version, boolean resumed) {
        done.computeIfAbsent(new Done(version, resumed), _ -> new LongAdder()).increment();
    }

    /** @param version null when it failed before one was chosen */
    void failed(@Nullable TlsVersion version, TlsRefusal why) {
        failed.computeIfAbsent(
                        new Failed(version == null ? "none" : version.engineName(), why.reason()), _ -> new LongAdder())
                .increment();
    }

    List<FrontDoor.HandshakeCount> counts() {
        return done.entrySet().stream()
                .map(entry -> new FrontDoor.HandshakeCount(
                        entry.getKey().version(),
                        entry.getKey().resumed(),
                        entry.getValue().sum()))
                .toList();
    }

    List<FrontDoor.FailureCount> failures() {
        return failed.entrySet().stream()
                .map(entry -> new FrontDoor.FailureCount(
                        entry.getKey().version(),
                        entry.getKey().reason(),
                        entry.getValue().sum()))
                .toList();
    }
}
