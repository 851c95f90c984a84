package dev.holdfast.hub.command;

import dev.holdfast.base.Limits;
import dev.holdfast.hub.identity.Identity;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** How many calls are open, of the hub and to each identity, and who of them waits until that identity listens. Any thread. */
final class OpenCalls {
    private final Limits.Method limits;
    private final Semaphore ofHub;
    private final Map<Identity, Place> places = new ConcurrentHashMap<>();

    OpenCalls(Limits.Method limits) {
        this.limits = limits;
        this.ofHub = new Semaphore(limits.openMax());
    }

    /** The open calls to one identity. Its own monitor guards what it holds. */
    static final class Place {
        private int calls;
        private long bytes;

        /** Waits until something holds; true when it does. */
        synchronized boolean await(BooleanSupplier holds, Duration maxTime) throws InterruptedException {
            long end = System.nanoTime() + maxTime.toNanos();
            while (!holds.getAsBoolean()) {
                long left = end - System.nanoTime();
                if (left <= 0) {
                    return false;
                }
                TimeUnit.NANOSECONDS.timedWait(this, left);
            }
            return true;
        }

        private synchronized void lookAgain() {
            notifyAll();
        }
    }

    /** What came of asking for room. */
    sealed interface Entry {
        record In(Place place) implements Entry {}

        record Refused(MethodRefusal why) implements Entry {}
    }

    /** Makes room for a call; who gets it calls {@link #leave}. */
    Entry enter(Identity identity, int bytes) {
        if (!ofHub.tryAcquire()) {
            return new Entry.Refused(new MethodRefusal.TooManyCallsOfHub(limits.openMax()));
        }
        boolean[] entered = {false};
        Place place = places.compute(identity, (_, known) -> {
            Place here = known == null ? new Place() : known;
            entered[0] = here.calls == 0
                    || (here.calls < limits.openPerDeviceMax() && here.bytes + bytes <= limits.openPerDeviceMaxBytes());
            if (entered[0]) {
                here.calls++;
                here.bytes += bytes;
            }
            return here;
        });
        if (!entered[0]) {
            ofHub.release();
            return new Entry.Refused(new MethodRefusal.TooManyCallsToDevice(
                    identity, limits.openPerDeviceMax(), limits.openPerDeviceMaxBytes()));
        }
        return new Entry.In(place);
    }

    void leave(Identity identity, int bytes) {
        places.computeIfPresent(identity, (_, place) -> {
            place.calls--;
            place.bytes -= bytes;
            return place.calls == 0 ? null : place;
        });
        ofHub.release();
    }

    /** Has those who wait for an identity look again. */
    void lookAgain(Identity identity) {
        @Nullable Place place = places.get(identity);
        if (place != null) {
            place.lookAgain();
        }
    }

    /** Has all who wait look again. */
    void lookAgain() {
        places.values().forEach(Place::lookAgain);
    }

    int count() {
        return limits.openMax() - ofHub.availablePermits();
    }
}
