package dev.holdfast.server.monitor;

import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Whether the installation can do its work now. Any thread. */
public final class Health {
    /** Something that can go wrong while the installation runs. Quick, no I/O. */
    @FunctionalInterface
    public interface Check {
        /** What is wrong and what to look at, in a sentence; null when all is well. */
        @Nullable
        String problem();
    }

    private enum Phase {
        STARTING,
        READY,
        STOPPING
    }

    private final List<Check> checks = new CopyOnWriteArrayList<>();
    private volatile Phase phase = Phase.STARTING;

    /**
     * What there is to tell.
     *
     * @param status {@code ready}, {@code starting}, {@code stopping} or {@code failing}
     * @param reason null when it is ready
     */
    public record State(String status, @Nullable String reason) {
        public boolean isReady() {
            return reason == null;
        }
    }

    /** Adds a check; the installation is ready only while no check has a problem. */
    public void watch(Check check) {
        checks.add(check);
    }

    /** Every listener accepts connections. */
    public void ready() {
        phase = Phase.READY;
    }

    /** From now on the installation ends, whatever else happens. */
    public void stopping() {
        phase = Phase.STOPPING;
    }

    public State state() {
        return switch (phase) {
            case STARTING -> new State("starting", "Holdfast is starting.");
            case STOPPING -> new State("stopping", "Holdfast is stopping.");
            case READY -> {
                String problems = checks.stream()
                        .map(Check::problem)
                        .filter(Objects::nonNull)
                        .collect(Collectors.joining(" "));
                yield problems.isEmpty() ? new State("ready", null) : new State("failing", problems);
            }
        };
    }
}
